"""Encryption at rest: one master key, keys that it wraps, sealed bytes, and the photos' files.

AES-256-GCM. Sealed bytes are ``FV``, a version (1: with the master key; 2: with a key that it wraps), a random nonce of 12 bytes, then the
ciphertext with its tag; the header and the purpose are authenticated, so that what was sealed for
one purpose cannot be opened for another.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import SetUpError, Unavailable

KEY_BYTES = 32
KEY_FILE = "key"
CHECK_FILE = "key.check"
_MAGIC = b"FV"
_VERSION = 1
_OF_A_WRAPPED_KEY = 2
_NONCE_BYTES = 12
_HEADER_BYTES = len(_MAGIC) + 1 + _NONCE_BYTES
_SHA256 = re.compile("[0-9a-f]{64}")


class KeyMissing(SetUpError):
    """There is no key, neither in the data folder nor in the settings."""

    slug = "key-missing"


class KeyWrong(SetUpError):
    """The key is not one, or not the one that sealed what lies in the data folder."""

    slug = "key-wrong"


class SealBroken(Unavailable):
    """Sealed bytes were damaged, tampered with, or sealed with another key or for another purpose."""

    slug = "sealed-data-damaged"


class PhotoLost(Unavailable):
    """A photo's file is gone."""

    slug = "photo-lost"


class Vault:
    """Seals and opens bytes with one key; safe to share between threads. ``version`` is that of its seals."""

    def __init__(self, key: bytes, *, version: int = _VERSION) -> None:
        if len(key) != KEY_BYTES:
            raise KeyWrong(f"The key must be {KEY_BYTES} bytes long.")
        self._cipher = AESGCM(key)
        self._version = version
        self._marking = hmac.new(key, b"fledgling marks 1", hashlib.sha256).digest()

    def mark(self, words: str, purpose: str) -> str:
        """A keyed hash (hex): the same words bear the same mark, and nobody without the key can tell which they were."""
        said = f"{purpose}\0{words}".encode("utf-8", "surrogatepass")
        return hmac.new(self._marking, said, hashlib.sha256).hexdigest()

    def new_key(self, purpose: str) -> bytes:
        """A new key, wrapped by this one for that purpose. Whoever destroys all copies destroys what it sealed."""
        return self.seal(secrets.token_bytes(KEY_BYTES), purpose)

    def unwrap(self, wrapped: bytes, purpose: str) -> Vault:
        """The vault of a key that was wrapped for that purpose; SealBroken otherwise."""
        return Vault(self.open(wrapped, purpose), version=_OF_A_WRAPPED_KEY)

    def has_sealed(self, sealed: bytes) -> bool:
        """Whether these bytes say that a key of this kind sealed them: the master key, or a wrapped one."""
        return sealed[: len(_MAGIC) + 1] == _MAGIC + bytes([self._version])

    def seal(self, data: bytes, purpose: str) -> bytes:
        """``data``, encrypted; no two results are alike."""
        header = _MAGIC + bytes([self._version]) + secrets.token_bytes(_NONCE_BYTES)
        return header + self._cipher.encrypt(header[-_NONCE_BYTES:], data, header + purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for that purpose; SealBroken otherwise."""
        header = sealed[:_HEADER_BYTES]
        if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
            raise SealBroken("These bytes were not sealed here.")
        if header[len(_MAGIC)] != self._version:
            raise SealBroken(f"Sealed in version {header[len(_MAGIC)]}, which this key cannot open.")
        try:
            return self._cipher.decrypt(header[-_NONCE_BYTES:], sealed[_HEADER_BYTES:], header + purpose.encode())
        except InvalidTag:
            raise SealBroken("Sealed data is damaged, or was sealed with another key.") from None


def create_key(path: Path) -> bytes:
    """Make a key file (base64, mode 600) and return the key; FileExistsError if there is one already."""
    key = secrets.token_bytes(KEY_BYTES)
    _write_new(path, base64.b64encode(key) + b"\n")
    return key


def load_key(data_dir: Path, key_setting: str | None) -> bytes:
    """The key of the settings, else that of ``data_dir/key``.

    The first key loaded leaves its fingerprint in ``data_dir/key.check``; any other is KeyWrong from then on.
    """
    key = read_key(data_dir, key_setting)
    check = data_dir / CHECK_FILE
    if not check.exists():
        _prove(key, data_dir)
    with contextlib.suppress(FileExistsError):
        _write_new(check, _fingerprint(key))
    if not hmac.compare_digest(check.read_bytes().strip(), _fingerprint(key)):
        raise KeyWrong(
            f"This is not the key that the data in {data_dir} was sealed with: restore the right key. "
            f"(Its fingerprint is in {CHECK_FILE}.)"
        )
    return key


def read_key(data_dir: Path, key_setting: str | None) -> bytes:
    """The key of the settings, else that of ``data_dir/key``, whatever it is good for; nothing is written."""
    return _decode(key_setting, "The key in the settings") if key_setting else _read_key_file(data_dir / KEY_FILE)


def _prove(key: bytes, data_dir: Path) -> None:
    """KeyWrong if the key does not open a photo that lies in the data folder, where there is one."""
    for folder in data_dir.glob("*/"):
        sealed = next((file for file in folder.glob("??/??/*") if _SHA256.fullmatch(file.name)), None)
        if sealed is None:
            continue
        try:
            Vault(key).open(sealed.read_bytes(), _purpose(sealed.name))
        except SealBroken:
            raise KeyWrong(f"This key does not open the photos in {data_dir}: restore the right key.") from None


@dataclass(frozen=True, slots=True)
class PhotoFiles:
    """Photos on disk, sealed, each named by the SHA-256 of its bytes (``ab/cd/abcd…``)."""

    folder: Path
    vault: Vault

    def put(self, sha256: str, data: bytes) -> None:
        """Write a photo, whole or not at all; writing it again does no harm. ValueError if the hash is another's."""
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError("the hash is not that of the bytes")
        file = self._file(sha256)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = file.with_name(f"{sha256}.{secrets.token_hex(8)}.part")
        try:
            _write_new(draft, self.vault.seal(data, _purpose(sha256)))
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(file.parent)

    def get(self, sha256: str) -> bytes:
        """The photo; PhotoLost if its file is gone, SealBroken if it is damaged or another's."""
        try:
            sealed = self._file(sha256).read_bytes()
        except FileNotFoundError:
            raise PhotoLost("A stored photo is missing from the data folder.") from None
        data = self.vault.open(sealed, _purpose(sha256))
        if hashlib.sha256(data).hexdigest() != sha256:
            raise SealBroken("A stored photo is not the one its name says.")
        return data

    def exists(self, sha256: str) -> bool:
        """Whether there is a file; not whether it can be read."""
        return self._file(sha256).exists()

    def delete(self, sha256: str) -> None:
        """Remove the photo; does nothing if there is none."""
        self._file(sha256).unlink(missing_ok=True)

    def delete_older(self, sha256: str, instant: datetime) -> None:
        """Remove the photo unless it was written, or written again, since that instant."""
        file = self._file(sha256)
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_mtime < instant.timestamp():
                file.unlink()

    def _file(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256 in lower case hex")
        return self.folder / sha256[:2] / sha256[2:4] / sha256


def _purpose(sha256: str) -> str:
    return f"photo {sha256}"


def _fingerprint(key: bytes) -> bytes:
    return hmac.new(key, b"fledgling key check 1", hashlib.sha256).hexdigest().encode()


def _read_key_file(path: Path) -> bytes:
    try:
        written = path.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        raise KeyMissing(
            f"There is no key at {path}. Restore it from the backup, or set FLEDGLING_KEY: "
            "without it the stored photos and templates cannot be opened."
        ) from None
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise KeyWrong(f"Others can read {path}: chmod 600 it.", slug="key-exposed")
    return _decode(written, str(path))


def _decode(written: str, what: str) -> bytes:
    try:
        key = base64.b64decode(written.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise KeyWrong(f"{what} is not base64.") from None
    if len(key) != KEY_BYTES:
        raise KeyWrong(f"{what} is not a key of {KEY_BYTES} bytes.")
    return key


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet, readable by its owner alone, and wait until it is on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
