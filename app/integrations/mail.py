"""Mail by SMTP: plain letters, over a guarded line, and the truth about what became of each.

What can be expected of a mail server is an answer (`Delivery`), never an exception: it may be away, refuse, or fall
silent. Where it fell silent after it had the whole letter nobody knows whether it will be delivered (``UNSURE``).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import Literal

from app.errors import SetUpError
from app.settings import Settings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_OK, _GO_ON, _FOR_GOOD = 250, 354, 500


class Outcome(StrEnum):
    """What became of a letter."""

    SENT = "sent"
    FAILED = "failed"  # not taken this time
    REFUSED = "refused"  # not taken, and hardly the next time
    UNSURE = "unsure"  # given over whole, and no answer came


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a letter; ``fault`` is a word of ours, never the server's, which may quote addresses."""

    outcome: Outcome
    fault: str = ""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes the school's mail, and who signs in there."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = None
    timeout_s: float = 20.0

    def __repr__(self) -> str:
        return f"MailServer({self.host!r}, {self.port})"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one person. ``id`` becomes its Message-ID: one letter, however often it is tried, keeps one."""

    id: str
    to: str
    subject: str
    body: str
    at: datetime


def server_of(settings: Settings) -> MailServer | None:
    """The server that the settings name, or None where they name none.

    SetUpError where it could not be used, or a password would go over an open line.
    """
    if not settings.smtp_host:
        return None
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
    if not _is_address(settings.smtp_sender):
        raise SetUpError("FLEDGLING_SMTP_SENDER must be the address that mails come from.", slug="smtp-sender")
    if settings.smtp_user and settings.smtp_tls == "none" and settings.smtp_host not in _LOOPBACK:
        raise SetUpError(
            "No password goes over an open line: FLEDGLING_SMTP_TLS must be starttls or tls.", slug="smtp-tls"
        )
    if settings.smtp_ca_file is not None and not settings.smtp_ca_file.is_file():
        raise SetUpError("FLEDGLING_SMTP_CA_FILE names no file.", slug="smtp-ca-file")
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_sender,
        user=settings.smtp_user,
        password=password,
        tls=settings.smtp_tls,
        ca_file=settings.smtp_ca_file,
        timeout_s=settings.smtp_timeout_s,
    )


def send(server: MailServer, letter: Letter) -> Delivery:
    """Give the letter to the server: once, to one address. Never raises for what a server or a network can do."""
    if not _is_address(letter.to):
        return Delivery(Outcome.REFUSED, "address")
    message = message_of(server, letter).as_bytes(policy=policy.SMTP)
    given = False
    try:
        with _line(server) as line:
            _expect(line.mail(server.sender), _OK, "sender")
            _expect(line.rcpt(letter.to), _OK, "recipient")
            _expect(line.docmd("DATA"), _GO_ON, "letter")
            given = True
            line.send(re.sub(rb"(?m)^\.", b"..", message) + b".\r\n")
            answer = line.getreply()
            given = False
            _expect(answer, _OK, "letter")
    except _Refused as refused:
        return Delivery(Outcome.REFUSED if refused.code >= _FOR_GOOD else Outcome.FAILED, refused.fault)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Delivery(Outcome.UNSURE if given else Outcome.FAILED, "no-answer" if given else _fault_of(error))
    return Delivery(Outcome.SENT)


def message_of(server: MailServer, letter: Letter) -> EmailMessage:
    """The letter with its headers: plain text, marked as written by a program so that no absence note answers it."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address("Fledgling", addr_spec=server.sender)
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = letter.at
    message["Message-ID"] = f"<{letter.id}@{server.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.body, charset="utf-8", cte="quoted-printable")
    return message


@contextmanager
def _line(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A line to the server, guarded and signed in; left politely where that can be."""
    guard = None if server.tls == "none" else ssl.create_default_context(cafile=server.ca_file)
    if server.tls == "tls":
        line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=guard)
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
    try:
        line.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            line.starttls(context=guard)
            line.ehlo_or_helo_if_needed()
        if server.user:
            line.login(server.user, server.password)
        yield line
        with suppress(OSError, smtplib.SMTPException):
            line.quit()
    finally:
        line.close()


class _Refused(Exception):
    def __init__(self, code: int, what: str) -> None:
        super().__init__(what)
        self.code, self.fault = code, f"{what}-{code}"


def _expect(answer: tuple[int, bytes], code: int, what: str) -> None:
    if answer[0] == -1:
        raise smtplib.SMTPServerDisconnected
    if answer[0] != code and not (code == _OK and answer[0] == 251):
        raise _Refused(answer[0], what)


def _fault_of(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return "certificate"
        case ssl.SSLError():
            return "tls"
        case smtplib.SMTPAuthenticationError():
            return "password"
        case smtplib.SMTPNotSupportedError():
            return "not-offered"
        case TimeoutError() | smtplib.SMTPServerDisconnected(__context__=TimeoutError()):  # so smtplib tells it
            return "timed-out"
        case smtplib.SMTPServerDisconnected() | ConnectionError():
            return "cut-off"
        case OSError() if not isinstance(error, smtplib.SMTPException):
            return "unreachable"
        case _:
            return "not-understood"


def _is_address(written: str) -> bool:
    """Whether a mail can be addressed so: ASCII, one line, one ``@`` with something on both sides."""
    if not re.fullmatch(r"[!-~]+@[A-Za-z0-9.-]+", written):
        return False
    try:
        return Address(addr_spec=written).addr_spec == written
    except Exception:  # noqa: BLE001 - the parser of addresses fails in many ways
        return False
