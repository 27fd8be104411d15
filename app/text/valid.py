"""Whether a text as a whole is one handle, list, hashtag or address, as twitter-text v3 validates them."""

from __future__ import annotations

import re

from app.text.entities import extract

_LIST = re.compile("[@\uff20][A-Za-z0-9_]{1,20}/[A-Za-z][A-Za-z0-9_-]{0,24}")

_URL = re.compile(
    r"(?:(?P<scheme>[^:/?#]+)://)?(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?"
)
_SCHEME = re.compile("https?", re.IGNORECASE | re.ASCII)
_PART = r"(?:[-a-zA-Z\u0400-\u04ff0-9._~!$&'()*+,;=:|@]|%[0-9a-fA-F]{2})"
_PATH = re.compile(f"(?:/{_PART}*+)*+")
_QUERY_OR_FRAGMENT = re.compile(rf"(?:{_PART}|[/?])*+")
_USERINFO = re.compile(r"(?:[-a-zA-Z\u0400-\u04ff0-9._~!$&'()*+,;=:]|%[0-9a-fA-F]{2})*+")
_HOST_AND_PORT = re.compile(r"(?P<host>\[[a-fA-F0-9:.]+\]|[^:]*)(?::[0-9]{1,5})?")
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_NUMERIC_HOST = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}|\[[a-fA-F0-9:.]+\]")
_LABEL = re.compile("[a-zA-Z0-9\x80-\U0010ffff](?:[-_a-zA-Z0-9\x80-\U0010ffff]*[a-zA-Z0-9\x80-\U0010ffff])?")


def is_handle(text: str) -> bool:
    """Whether ``text`` is one mention, sign included, and nothing else."""
    return [mention.value for mention in extract(text).mentions] == [text[1:]]


def is_list(text: str) -> bool:
    """Whether ``text`` is one list, ``@owner/list``, and nothing else."""
    return _LIST.fullmatch(text) is not None


def is_hashtag(text: str) -> bool:
    """Whether ``text`` is one hashtag, sign included, and nothing else."""
    return [hashtag.value for hashtag in extract(text).hashtags] == [text[1:]]


def is_address(text: str) -> bool:
    """Whether ``text`` is a well-formed web address; international domains are, and a missing protocol is no fault."""
    parts = _URL.fullmatch(text)
    if not parts or not _SCHEME.fullmatch(parts["scheme"] or "https"):
        return False
    if not _PATH.fullmatch(parts["path"]):
        return False
    if not all(_QUERY_OR_FRAGMENT.fullmatch(parts[part] or "") for part in ("query", "fragment")):
        return False
    userinfo, _, host_and_port = parts["authority"].rpartition("@")
    host = _HOST_AND_PORT.fullmatch(host_and_port)
    return bool(_USERINFO.fullmatch(userinfo) and host and _is_host(host["host"]))


def _is_host(host: str) -> bool:
    if _NUMERIC_HOST.fullmatch(host):
        return True
    labels = host.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    return "_" not in labels[-1] + labels[-2] and not ("0" <= labels[-1][0] <= "9")
