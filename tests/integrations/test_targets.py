"""Calls go to the public net alone, and to the very address that was checked."""

from __future__ import annotations

import pytest

from app.integrations import targets


def _to(*addresses: str) -> targets.Resolve:
    return lambda _host, _port: list(addresses)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "ff02::1",
        "not an address",
    ],
)
def test_no_private_address_is_called(address: str) -> None:
    with pytest.raises(targets.Forbidden):
        targets.check("https://cms.example/hook", resolved=_to(address))


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(targets.Forbidden):
        targets.check("https://cms.example/hook", resolved=_to("93.184.216.34", "127.0.0.1"))


@pytest.mark.parametrize(
    ("url", "address", "pinned", "header"),
    [
        ("https://cms.example/hook?a=1", "93.184.216.34", "https://93.184.216.34/hook?a=1", "cms.example"),
        ("https://cms.example:8443/hook", "2606:4700::1", "https://[2606:4700::1]:8443/hook", "cms.example:8443"),
    ],
)
def test_the_call_goes_to_the_checked_address(url: str, address: str, pinned: str, header: str) -> None:
    target = targets.check(url, resolved=_to(address))
    assert (target.pinned, target.host, target.host_header) == (pinned, "cms.example", header)


@pytest.mark.parametrize(
    "url",
    [
        "http://cms.example/hook",
        "ftp://cms.example/",
        "https://",
        "https:///x",
        "cms.example",
        "https://user:secret@cms.example/",
        "https://cms.example/#x",
        "https://cms.exämple/",
        "https://cms.example/a b",
        "https://cms.example:99999/",
        "https://[::1",
        "https://cms.example/" + "a" * 2000,
        "javascript:alert(1)",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_safe_address_is_refused(url: str) -> None:
    with pytest.raises(targets.Forbidden) as refused:
        targets.check(url, resolved=_to("93.184.216.34"))
    assert "secret" not in str(refused.value)


def test_a_host_named_in_the_settings_may_lie_in_the_schools_network() -> None:
    target = targets.check("http://cms.local:8080/hook", {"cms.local"}, _to("192.168.1.7"))
    assert target.pinned == "http://192.168.1.7:8080/hook"


def test_a_name_without_addresses_is_none() -> None:
    with pytest.raises(OSError, match="no address"):
        targets.check("https://cms.example/hook", resolved=_to())
    assert targets.resolve("127.0.0.1", 80) == ["127.0.0.1"]
