from __future__ import annotations

import base64
import hashlib
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import FledglingError, SetUpError
from app.vault import (
    CHECK_FILE,
    KEY_FILE,
    KeyMissing,
    KeyWrong,
    PhotoFiles,
    PhotoLost,
    SealBroken,
    Vault,
    create_key,
    load_key,
)

KEY = bytes(range(32))
PICTURE = b"a picture" * 1000
SHA256 = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture
def files(tmp_path: Path) -> PhotoFiles:
    return PhotoFiles(tmp_path / "photos", Vault(KEY))


@given(st.binary(max_size=200), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_what_was_sealed_opens(data: bytes, purpose: str) -> None:
    vault = Vault(KEY)
    sealed = vault.seal(data, purpose)
    assert vault.open(sealed, purpose) == data
    assert data not in sealed or len(data) < 4


def test_no_two_seals_are_alike() -> None:
    assert Vault(KEY).seal(b"same", "x") != Vault(KEY).seal(b"same", "x")


def test_another_purpose_does_not_open() -> None:
    sealed = Vault(KEY).seal(b"reason", "hold")
    with pytest.raises(SealBroken):
        Vault(KEY).open(sealed, "template")


def test_another_key_does_not_open() -> None:
    sealed = Vault(KEY).seal(b"reason", "hold")
    with pytest.raises(SealBroken, match="another key"):
        Vault(bytes(32)).open(sealed, "hold")


@pytest.mark.parametrize("place", range(0, 40, 3))
def test_a_changed_bit_is_seen(place: int) -> None:
    sealed = bytearray(Vault(KEY).seal(b"twelve bytes", "x"))
    sealed[place] ^= 1
    with pytest.raises(SealBroken):
        Vault(KEY).open(bytes(sealed), "x")


@pytest.mark.parametrize("sealed", [b"", b"FV", b"plain text that nobody sealed"])
def test_what_was_never_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises(SealBroken, match="not sealed here"):
        Vault(KEY).open(sealed, "x")


def test_a_later_version_is_named() -> None:
    sealed = bytearray(Vault(KEY).seal(b"data", "x"))
    sealed[2] = 9
    with pytest.raises(SealBroken, match="version 9"):
        Vault(KEY).open(bytes(sealed), "x")


def test_a_wrapped_key_seals_apart_from_the_key_that_wraps_it() -> None:
    master = Vault(bytes(32))
    wrapped = master.new_key("a child")
    child = master.unwrap(wrapped, "a child")
    sealed = child.seal(b"a face", "x")
    assert master.unwrap(wrapped, "a child").open(sealed, "x") == b"a face"
    assert (child.has_sealed(sealed), master.has_sealed(sealed)) == (True, False)
    assert (child.has_sealed(wrapped), master.has_sealed(wrapped)) == (False, True)
    assert master.new_key("a child") != wrapped
    for opening in (
        lambda: master.open(sealed, "x"),
        lambda: child.open(master.seal(b"a face", "x"), "x"),
        lambda: master.unwrap(wrapped, "another child"),
        lambda: Vault(bytes([1] * 32)).unwrap(wrapped, "a child"),
        lambda: master.unwrap(master.new_key("a child"), "a child").open(sealed, "x"),
    ):
        with pytest.raises(SealBroken):
            opening()


def test_a_short_key_is_refused() -> None:
    with pytest.raises(KeyWrong):
        Vault(b"short")


def test_a_made_key_is_loaded_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    key = create_key(tmp_path / "key")
    assert len(key) == 32
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert load_key(tmp_path, None) == key
    assert load_key(tmp_path, None) == key


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    key = create_key(tmp_path / "key")
    with pytest.raises(FileExistsError):
        create_key(tmp_path / "key")
    assert load_key(tmp_path, None) == key


def test_a_lost_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="FLEDGLING_KEY") as caught:
        load_key(tmp_path, None)
    assert isinstance(caught.value, SetUpError)
    assert not (tmp_path / "key.check").exists()


def test_a_wrong_key_is_told_at_once(tmp_path: Path) -> None:
    create_key(tmp_path / "key")
    load_key(tmp_path, None)
    (tmp_path / "key").unlink()
    create_key(tmp_path / "key")
    with pytest.raises(KeyWrong, match="restore the right key"):
        load_key(tmp_path, None)


def test_the_setting_comes_before_the_file(tmp_path: Path) -> None:
    create_key(tmp_path / "key")
    assert load_key(tmp_path, base64.b64encode(KEY).decode()) == KEY
    with pytest.raises(KeyWrong):
        load_key(tmp_path, None)


@pytest.mark.parametrize("written", ["not base64!", "c2hvcnQ=", "né"])
def test_what_is_no_key_is_told_without_quoting_it(tmp_path: Path, written: str) -> None:
    with pytest.raises(KeyWrong) as caught:
        load_key(tmp_path, written)
    assert written not in caught.value.detail


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    create_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(KeyWrong, match="chmod 600"):
        load_key(tmp_path, None)


def test_a_photo_comes_back(files: PhotoFiles) -> None:
    files.put(SHA256, PICTURE)
    files.put(SHA256, PICTURE)
    assert files.exists(SHA256)
    assert files.get(SHA256) == PICTURE


def test_a_photo_lies_sealed_alone_and_in_two_folders(files: PhotoFiles) -> None:
    files.put(SHA256, PICTURE)
    found = [path for path in files.folder.rglob("*") if path.is_file()]
    assert found == [files.folder / SHA256[:2] / SHA256[2:4] / SHA256]
    assert b"a picture" not in found[0].read_bytes()
    assert stat.S_IMODE(found[0].stat().st_mode) == 0o600


def test_a_photo_under_anothers_hash_is_not_written(files: PhotoFiles) -> None:
    with pytest.raises(ValueError, match="hash"):
        files.put(SHA256, b"another")
    assert not files.exists(SHA256)


def test_a_deleted_photo_is_gone(files: PhotoFiles) -> None:
    files.put(SHA256, PICTURE)
    files.delete(SHA256)
    files.delete(SHA256)
    assert not files.exists(SHA256)
    with pytest.raises(PhotoLost) as caught:
        files.get(SHA256)
    assert isinstance(caught.value, FledglingError)


def test_a_damaged_photo_is_told(files: PhotoFiles) -> None:
    files.put(SHA256, PICTURE)
    file = files.folder / SHA256[:2] / SHA256[2:4] / SHA256
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(SealBroken):
        files.get(SHA256)


def test_a_photo_swapped_for_another_is_told(files: PhotoFiles) -> None:
    other = hashlib.sha256(b"other").hexdigest()
    files.put(SHA256, PICTURE)
    files.put(other, b"other")
    place = files.folder / SHA256[:2] / SHA256[2:4] / SHA256
    place.write_bytes((files.folder / other[:2] / other[2:4] / other).read_bytes())
    with pytest.raises(SealBroken):
        files.get(SHA256)


def test_the_name_inside_the_seal_is_checked_too(files: PhotoFiles) -> None:
    files.put(SHA256, PICTURE)
    place = files.folder / SHA256[:2] / SHA256[2:4] / SHA256
    place.write_bytes(files.vault.seal(b"other", f"photo {SHA256}"))
    with pytest.raises(SealBroken, match="not the one"):
        files.get(SHA256)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, SHA256 + "0"])
def test_only_a_hash_names_a_photo(files: PhotoFiles, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        files.get(name)


def test_another_key_is_noticed_by_the_photos_alone(tmp_path: Path) -> None:
    """Even where the fingerprint is gone with the key."""
    key = create_key(tmp_path / KEY_FILE)
    data = b"a picture"
    PhotoFiles(tmp_path / "photos", Vault(key)).put(hashlib.sha256(data).hexdigest(), data)
    assert load_key(tmp_path, None) == key
    (tmp_path / KEY_FILE).unlink()
    (tmp_path / CHECK_FILE).unlink()
    create_key(tmp_path / KEY_FILE)
    with pytest.raises(KeyWrong):
        load_key(tmp_path, None)
    assert not (tmp_path / CHECK_FILE).exists()
