"""A real SMTP server on loopback, by aiosmtpd: with STARTTLS, signing in, and refusals as a test asks for them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Taken:
    """A mail as it came."""

    sender: str
    recipients: list[str]
    data: bytes
    guarded: bool

    @property
    def text(self) -> str:
        return self.data.decode("ascii")


@dataclass
class Post:
    """A server's port and what it took; ``refuses`` maps a command to the answer it gets, and may change."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.refuses.get("MAIL"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.refuses.get(address) or self.refuses.get("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if answer := self.refuses.get("DATA"):
            return answer
        assert isinstance(envelope.content, bytes)
        recipients = [str(one) for one in envelope.rcpt_tos]
        self.taken.append(Taken(envelope.mail_from or "", recipients, envelope.content, session.ssl is not None))
        return "250 OK"


@contextmanager
def running(
    *,
    certificate: Path | None = None,
    whole: bool = False,
    password: str = "",
    refuses: Mapping[str, str] | None = None,
) -> Iterator[Post]:
    """A server with that certificate, offering STARTTLS or (``whole``) guarded from the first byte."""
    post = Post(refuses=dict(refuses or {}))
    guard = None
    if certificate is not None:
        guard = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        guard.load_cert_chain(certificate, certificate.with_name("key.pem"))

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == password.encode(), handled=False)

    options: dict[str, Any] = {"authenticator": check, "auth_required": True} if password else {}
    if whole:
        options["ssl_context"] = guard
    elif guard is not None:
        options.update(tls_context=guard, require_starttls=True)
    with socket.create_server(("localhost", 0)) as free:
        post.port = free.getsockname()[1]
    controller = Controller(post, hostname="localhost", port=post.port, **options)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


def authority(folder: Path) -> Path:
    """A certificate for ``localhost`` alone, its key beside it; returns its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)  # noqa: TID251 - the server's library reads the real clock
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    encoding = serialization.Encoding.PEM
    (folder / "key.pem").write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
    (folder / "certificate.pem").write_bytes(made.public_bytes(encoding))
    return folder / "certificate.pem"
