"""Mail against a real SMTP server: guarded lines, signing in, refusals, silence."""

from __future__ import annotations

import email
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.errors import SetUpError
from app.integrations.mail import Delivery, Letter, MailServer, Outcome, message_of, send, server_of
from app.settings import Settings
from tests.mail_server import Post, authority, running

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LETTER = Letter("0123abcd", "head@whitehouse.example", "3 posts wait for you", "3 posts wait.\n.\n..dots\n", NOW)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority(tmp_path_factory.mktemp("tls"))


def server(post: Post, **changes: Any) -> MailServer:
    usual = MailServer("localhost", post.port, "fledgling@whitehouse.example", tls="none", timeout_s=2)
    return replace(usual, **changes)


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_letter_arrives_over_a_guarded_line_by_somebody_who_signed_in(certificate: Path) -> None:
    with running(certificate=certificate, password="s3cret") as post:
        given = server(post, tls="starttls", ca_file=certificate, user="office", password="s3cret")
        assert send(given, LETTER) == Delivery(Outcome.SENT)
    (envelope,) = post.taken
    assert (envelope.sender, envelope.recipients) == ("fledgling@whitehouse.example", ["head@whitehouse.example"])
    assert envelope.guarded
    message = read(envelope.data)
    assert message["From"] == "Fledgling <fledgling@whitehouse.example>"
    assert message["To"] == "head@whitehouse.example"
    assert message["Subject"] == "3 posts wait for you"
    assert message["Message-ID"] == "<0123abcd@whitehouse.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == LETTER.body


def test_a_line_that_is_guarded_from_the_first_byte(certificate: Path) -> None:
    with running(certificate=certificate, whole=True) as post:
        assert send(server(post, tls="tls", ca_file=certificate), LETTER).outcome is Outcome.SENT
    assert len(post.taken) == 1


@pytest.mark.parametrize("whole", [False, True])
def test_an_unknown_certificate_is_not_trusted(certificate: Path, whole: bool) -> None:
    with running(certificate=certificate, whole=whole) as post:
        told = send(server(post, tls="tls" if whole else "starttls"), LETTER)
    assert told == Delivery(Outcome.FAILED, "certificate")
    assert post.taken == []


def test_a_certificate_of_another_host_is_not_trusted(certificate: Path) -> None:
    with running(certificate=certificate) as post:
        told = send(server(post, host="127.0.0.1", tls="starttls", ca_file=certificate), LETTER)
    assert told == Delivery(Outcome.FAILED, "certificate")


def test_without_starttls_nothing_is_said_in_the_open() -> None:
    with running() as post:
        told = send(server(post, tls="starttls", user="office", password="s3cret"), LETTER)
    assert told == Delivery(Outcome.FAILED, "not-offered")
    assert post.taken == []


def test_a_wrong_password_is_told(certificate: Path) -> None:
    with running(certificate=certificate, password="other") as post:
        given = server(post, tls="starttls", ca_file=certificate, user="office", password="s3cret")
        assert send(given, LETTER) == Delivery(Outcome.FAILED, "password")


@pytest.mark.parametrize(
    ("step", "code", "told"),
    [
        ("MAIL", 451, Delivery(Outcome.FAILED, "sender-451")),
        ("MAIL", 550, Delivery(Outcome.REFUSED, "sender-550")),
        ("RCPT", 450, Delivery(Outcome.FAILED, "recipient-450")),
        ("RCPT", 550, Delivery(Outcome.REFUSED, "recipient-550")),
        ("DATA", 452, Delivery(Outcome.FAILED, "letter-452")),
        ("DATA", 554, Delivery(Outcome.REFUSED, "letter-554")),
    ],
)
def test_a_refusal_is_told_by_its_step_and_code(step: str, code: int, told: Delivery) -> None:
    with running(refuses={step: f"{code} no room for head@whitehouse.example"}) as post:
        assert send(server(post), LETTER) == told
    assert post.taken == []


def test_nobody_there() -> None:
    with socket.create_server(("localhost", 0)) as held:
        port = held.getsockname()[1]
    assert send(MailServer("localhost", port, "a@b.example", tls="none"), LETTER) == Delivery(Outcome.FAILED, "cut-off")


def test_no_such_host() -> None:
    nowhere = MailServer("mail.invalid", 25, "a@b.example", tls="none", timeout_s=5)
    assert send(nowhere, LETTER) == Delivery(Outcome.FAILED, "unreachable")


@dataclass
class Script:
    """A server that says its lines one after the other, whatever it hears, then stays silent or hangs up."""

    lines: list[bytes]
    resets: bool
    port: int = 0
    heard: bytes = b""
    done: threading.Event = field(default_factory=threading.Event)


@contextmanager
def scripted(lines: list[bytes], *, resets: bool = False) -> Iterator[Script]:
    listening = socket.create_server(("localhost", 0))
    script = Script(lines, resets, listening.getsockname()[1])

    def play() -> None:
        line, _ = listening.accept()
        with line:
            line.settimeout(5)
            for said in script.lines:
                line.sendall(said)
                script.heard += line.recv(65_536)
            if script.resets:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            else:
                script.done.wait(5)

    playing = threading.Thread(target=play)
    playing.start()
    try:
        yield script
    finally:
        script.done.set()
        playing.join()
        listening.close()


UP_TO_DATA = [b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n"]


@pytest.mark.parametrize(
    ("lines", "resets", "told"),
    [
        ([], False, Delivery(Outcome.FAILED, "timed-out")),
        ([b"220 hello\r\n"], True, Delivery(Outcome.FAILED, "cut-off")),
        ([b"500 who are you\r\n"], False, Delivery(Outcome.FAILED, "not-understood")),
        (UP_TO_DATA, False, Delivery(Outcome.FAILED, "timed-out")),
        (UP_TO_DATA, True, Delivery(Outcome.FAILED, "cut-off")),
        ([*UP_TO_DATA, b"354 go on\r\n"], False, Delivery(Outcome.UNSURE, "no-answer")),
        ([*UP_TO_DATA, b"354 go on\r\n"], True, Delivery(Outcome.UNSURE, "no-answer")),
    ],
)
def test_silence_and_hanging_up(lines: list[bytes], resets: bool, told: Delivery) -> None:
    with scripted(lines, resets=resets) as script:
        before = time.monotonic()
        given = MailServer("localhost", script.port, "a@b.example", tls="none", timeout_s=0.5)
        assert send(given, LETTER) == told
        assert time.monotonic() - before < 3


def test_hanging_up_after_the_letter_was_taken_changes_nothing() -> None:
    with scripted([*UP_TO_DATA, b"354 go on\r\n", b"250 taken\r\n"], resets=True) as script:
        given = MailServer("localhost", script.port, "a@b.example", tls="none", timeout_s=2)
        assert send(given, LETTER) == Delivery(Outcome.SENT)
    assert b"\r\n..\r\n...dots" in script.heard


@pytest.mark.parametrize(
    "address",
    [
        "",
        "head",
        "head@",
        "@b.example",
        "a b@c.example",
        "a@b\r\nBcc: c@d.example",
        "é@b.example",
        "<a>@b.example",
        "a,b@c.example",
    ],
)
def test_an_address_that_cannot_be_written_to_is_refused_before_anybody_is_called(address: str) -> None:
    nobody = MailServer("mail.invalid", 25, "a@b.example", tls="none")
    assert send(nobody, replace(LETTER, to=address)) == Delivery(Outcome.REFUSED, "address")


def test_a_subject_stays_on_its_line() -> None:
    given = MailServer("mail.invalid", 25, "a@b.example")
    message = message_of(given, replace(LETTER, subject="One\r\nBcc: c@d.example"))
    assert message["Subject"] == "One Bcc: c@d.example"
    assert message["Bcc"] is None


def settings(**given: Any) -> Settings:
    return Settings(smtp_host="mail.whitehouse.example", **given)


def test_without_a_host_there_is_no_server() -> None:
    assert server_of(Settings(smtp_host="", smtp_sender="a@b.example")) is None


def test_the_settings_name_the_server() -> None:
    found = server_of(settings(smtp_sender="a@b.example", smtp_user="office", smtp_password=SecretStr("s3cret")))
    assert found == MailServer("mail.whitehouse.example", 587, "a@b.example", "office", "s3cret")
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("given", "slug"),
    [
        ({}, "smtp-sender"),
        ({"smtp_sender": "nobody"}, "smtp-sender"),
        ({"smtp_sender": "a@b.example", "smtp_tls": "none", "smtp_user": "office"}, "smtp-tls"),
        ({"smtp_sender": "a@b.example", "smtp_ca_file": "/nowhere/at/all.pem"}, "smtp-ca-file"),
    ],
)
def test_settings_that_cannot_be_used_are_told(given: dict[str, Any], slug: str) -> None:
    with pytest.raises(SetUpError) as told:
        server_of(settings(**given))
    assert told.value.slug == slug


def test_a_certificate_authority_that_is_not_there_is_a_failure_not_a_crash(tmp_path: Path) -> None:
    with running() as post:
        told = send(server(post, tls="starttls", ca_file=tmp_path / "none.pem"), LETTER)
    assert told.outcome is Outcome.FAILED
