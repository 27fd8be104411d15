"""What is sealed of a child, with a key of the child's own that the master key wraps: vectors, photos, hold reasons.

Destroying the wrapped key destroys what it sealed. What was sealed with the master key, before children had keys, can
still be opened; ``reseal`` puts it under the child's own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.register.office import Office
from app.store import Store, audit, biometrics, holds, pupil_keys
from app.store.biometrics import ReferencePhoto
from app.store.pupil_keys import KeyPurpose
from app.vault import PhotoFiles, PhotoLost, SealBroken, Vault


@dataclass(frozen=True, slots=True)
class ChildVault:
    """Opens what is sealed of one child for one purpose; ``own`` is None once the child's key is gone, or before it."""

    own: Vault | None
    master: Vault

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for that purpose; SealBroken otherwise, and for what a destroyed key sealed."""
        if self.own is None or self.master.has_sealed(sealed):
            return self.master.open(sealed, purpose)
        return self.own.open(sealed, purpose)


def vault_of(store: Store, master: Vault, pupil_id: str, purpose: KeyPurpose) -> ChildVault:
    """The vault of one child."""
    return _vault(master, pupil_id, purpose, pupil_keys.find(store, pupil_id, purpose))


def vaults_of(store: Store, master: Vault, pupils: Iterable[str], purpose: KeyPurpose) -> Mapping[str, ChildVault]:
    """The vaults of these children."""
    wrapped = pupil_keys.every(store, purpose)
    return {pupil: _vault(master, pupil, purpose, wrapped.get(pupil)) for pupil in pupils}


def key_for(store: Store, master: Vault, pupil_id: str, purpose: KeyPurpose, *, now: datetime) -> Vault:
    """The child's own vault to seal with; the key is made where there is none. In the transaction that keeps the seal."""
    wrapped = pupil_keys.find(store, pupil_id, purpose)
    if wrapped is None:
        wrapped = master.new_key(_wrapping(pupil_id, purpose))
        pupil_keys.keep(store, pupil_id, purpose, wrapped, now=now)
    return master.unwrap(wrapped, _wrapping(pupil_id, purpose))


def _vault(master: Vault, pupil_id: str, purpose: KeyPurpose, wrapped: bytes | None) -> ChildVault:
    try:
        own = None if wrapped is None else master.unwrap(wrapped, _wrapping(pupil_id, purpose))
    except SealBroken:
        own = None
    return ChildVault(own, master)


def _wrapping(pupil_id: str, purpose: KeyPurpose) -> str:
    return f"key {purpose} {pupil_id}"


# ---------------------------------------------------------------- reference photos


def put_photo(office: Office, store: Store, pupil_id: str, sha256: str, data: bytes, *, now: datetime) -> None:
    """Write a reference photo under the child's own key."""
    _files(office, pupil_id, key_for(store, office.vault, pupil_id, KeyPurpose.FACES, now=now)).put(sha256, data)


def open_photo_file(office: Office, photo: ReferencePhoto) -> bytes:
    """The photo; PhotoLost where its file is gone, SealBroken where it is damaged or its key was destroyed."""
    with office.database.read() as session:
        vault = vault_of(Store(session, office.school_id), office.vault, photo.pupil, KeyPurpose.FACES)
    if vault.own is None or not _has_own_file(office, photo.pupil, photo.sha256):
        return office.files.get(photo.sha256)
    return _files(office, photo.pupil, vault.own).get(photo.sha256)


def discard_photos(office: Office, pupil_id: str, unused: Iterable[str]) -> None:
    """Delete all files of a child's photos, and those ``unused`` that were sealed with the master key."""
    shutil.rmtree(office.files.folder / pupil_id, ignore_errors=True)
    for sha256 in unused:
        office.files.delete(sha256)


def discard_photo(office: Office, pupil_id: str, sha256: str, unused: Iterable[str] = ()) -> None:
    """Delete the file of one of a child's photos."""
    _files(office, pupil_id, office.vault).delete(sha256)
    for each in unused:
        office.files.delete(each)


def _files(office: Office, pupil_id: str, vault: Vault) -> PhotoFiles:
    """Two children may have the same photo, so each has a folder."""
    return PhotoFiles(office.files.folder / pupil_id, vault)


# ---------------------------------------------------------------- what older seals hold


def reseal(office: Office, *, by: str, now: datetime) -> int:
    """Put what the master key sealed under children's own keys; returns for how many children. What cannot be opened stays."""
    with office.database.read() as session:
        store = Store(session, office.school_id)
        old = {one.pupil for one in biometrics.every_template(store) if office.vault.has_sealed(one.vector_sealed)}
        old |= {pupil for _, pupil, sealed in holds.sealed_reasons(store) if office.vault.has_sealed(sealed)}
        photos = [one for one in biometrics.reference_photos(store) if not _has_own_file(office, one.pupil, one.sha256)]
    old |= {one.pupil for one in photos if office.files.exists(one.sha256)}
    return sum(_reseal_child(office, pupil, by=by, now=now) for pupil in sorted(old))


def _has_own_file(office: Office, pupil_id: str, sha256: str) -> bool:
    return _files(office, pupil_id, office.vault).exists(sha256)


def _reseal_child(office: Office, pupil_id: str, *, by: str, now: datetime) -> bool:
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        done = _reseal_vectors(office, store, pupil_id, now) + _reseal_reasons(office, store, pupil_id, now)
        moved = _reseal_photos(office, store, pupil_id, now)
        if done or moved:
            audit.append(
                store, audit.Action.SEALS_RENEW, store.school_id, by=by, now=now
            )  # of whom would tell of holds
        unused = [one for one in moved if _all_have_own_files(office, store, one)]
    for sha256 in unused:
        office.files.delete(sha256)
    return bool(done or moved)


def _reseal_vectors(office: Office, store: Store, pupil_id: str, now: datetime) -> int:
    done = 0
    for one in biometrics.every_template(store):
        purpose = template_purpose(pupil_id, one.engine)
        opened = _opened(office, one.vector_sealed, purpose) if one.pupil == pupil_id else None
        if opened is not None:
            own = key_for(store, office.vault, pupil_id, KeyPurpose.FACES, now=now)
            biometrics.seal_template_anew(store, one, own.seal(opened, purpose))
            done += 1
    return done


def _reseal_reasons(office: Office, store: Store, pupil_id: str, now: datetime) -> int:
    done, purpose = 0, _reason_purpose(pupil_id)
    for hold_id, pupil, reason in holds.sealed_reasons(store):
        opened = _opened(office, reason, purpose) if pupil == pupil_id else None
        if opened is not None:
            own = key_for(store, office.vault, pupil_id, KeyPurpose.HOLDS, now=now)
            holds.seal_reason_anew(store, hold_id, own.seal(opened, purpose))
            done += 1
    return done


def _reseal_photos(office: Office, store: Store, pupil_id: str, now: datetime) -> tuple[str, ...]:
    moved = []
    for one in biometrics.reference_photos(store):
        if one.pupil != pupil_id or _has_own_file(office, pupil_id, one.sha256):
            continue
        try:
            put_photo(office, store, pupil_id, one.sha256, office.files.get(one.sha256), now=now)
        except (PhotoLost, SealBroken):
            continue
        moved.append(one.sha256)
    return tuple(moved)


def _opened(office: Office, sealed: bytes, purpose: str) -> bytes | None:
    """What the master key sealed, or None where it did not, or it cannot be opened."""
    if not office.vault.has_sealed(sealed):
        return None
    try:
        return office.vault.open(sealed, purpose)
    except SealBroken:
        return None


def _all_have_own_files(office: Office, store: Store, sha256: str) -> bool:
    return all(_has_own_file(office, pupil, sha256) for pupil in biometrics.children_of_photo(store, sha256))


# ---------------------------------------------------------------- what seals are for


def template_purpose(pupil_id: str, engine: str) -> str:
    """What a vector of that engine is sealed for."""
    return f"template {pupil_id} {engine}"


def seal_reason(office: Office, store: Store, pupil_id: str, reason: str, *, now: datetime) -> bytes:
    """The reason of a hold, sealed with the child's own key for holds."""
    own = key_for(store, office.vault, pupil_id, KeyPurpose.HOLDS, now=now)
    return own.seal(reason.encode("utf-8", "surrogatepass"), _reason_purpose(pupil_id))


def open_reason(office: Office, store: Store, pupil_id: str, sealed: bytes) -> str:
    """The reason of a hold; SealBroken where its key was destroyed."""
    vault = vault_of(store, office.vault, pupil_id, KeyPurpose.HOLDS)
    return vault.open(sealed, _reason_purpose(pupil_id)).decode("utf-8", "surrogatepass")


def _reason_purpose(pupil_id: str) -> str:
    return f"hold {pupil_id}"
