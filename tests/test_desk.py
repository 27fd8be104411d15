"""The desk: what is taken in, who may decide on what, and that nothing is done where it may not be."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from app import desk
from app.db import Database
from app.desk import Deciding, Register, Taken, Workplace
from app.domain import QUEUED, Box, ChildNotShown, Draft, Matching, Stage, Unseen
from app.errors import Conflict, FledglingError, Malformed, NotAllowed, NotFound
from app.policy import load_default
from app.store import Store, audit, drafts, schools, verdicts
from app.store.drafts import StoredDraft
from app.store.photos import StoredPhoto
from app.store.verdicts import DecisionKind
from app.vault import PhotoFiles, Vault
from app.vetting import Eyes, Snapshot, vet
from app.vision import paper
from app.vision.pixels import open_photo
from app.vision.refusals import PhotoRefused
from tests.seeing import BLUE, BOXES, EYES, GREEN, RED, drawn, eyes_with, taken
from tests.test_vetting import NEWS, snapshot

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = NOW.replace(hour=10)
AUTHOR, APPROVER = "author", "approver"
GROUP = (RED, BLUE, GREEN)
NOT_SHOWN = ChildNotShown("p1", "Oak")


@dataclass
class Desk:
    """A school's desk, with an engine on paper and a register that a test may change."""

    database: Database
    school_id: str
    files: PhotoFiles
    eyes: Eyes
    register: Snapshot

    def submit(self, text: str = NEWS, *photos: Taken, author: str = AUTHOR) -> StoredDraft:
        """A draft of the class Oak, vetted and kept."""
        draft = Draft(text, tuple(one.upload.photo for one in photos), "whitehouseps", author, ("Oak",))
        vetted = vet(draft, [one.submitted for one in photos], self.register, self.eyes, load_default(), NOW)
        for one in photos:
            self.files.put(one.clean.sha256, one.clean.data)
        with self.database.write() as session:
            made = desk.submit(Store(session, self.school_id), draft, photos, vetted, kind="person", now=NOW)
        return self.get(made)

    def get(self, draft_id: str) -> StoredDraft:
        with self.database.read() as session:
            return drafts.get(Store(session, self.school_id), draft_id)

    def decide(self, draft: StoredDraft, kind: DecisionKind, by: str = APPROVER, **more: object) -> StoredDraft:
        given = {"digest": draft.digest, "reason": "", "answers": {}, **more}
        with self.database.write() as session:
            deciding = Deciding(kind, **given)  # type: ignore[arg-type]
            desk.decide(Store(session, self.school_id), draft.id, deciding, by=by, now=LATER)
        return self.get(draft.id)

    def withdraw(self, draft: StoredDraft, by: str = AUTHOR, *, may_review: bool = False) -> StoredDraft:
        with self.database.write() as session:
            desk.withdraw(Store(session, self.school_id), draft.id, by=by, may_review=may_review, now=LATER)
        return self.get(draft.id)

    def move(self, draft: StoredDraft, *stages: Stage) -> StoredDraft:
        """What the publisher does with a draft."""
        for stage in stages:
            current = self.get(draft.id)
            with self.database.write() as session:
                assert drafts.move(
                    Store(session, self.school_id), draft.id, current.stage, stage, by="publisher", now=LATER
                )
        return self.get(draft.id)

    def workplace(
        self, snapshot: Callable[[datetime], Snapshot] | None = None, files: PhotoFiles | None = None
    ) -> Workplace:
        way = Register(snapshot or (lambda _: self.register), load_default())
        return Workplace(self.database, self.school_id, way, self.eyes, files or self.files)

    def revet(self, draft: StoredDraft) -> StoredDraft:
        desk.revet(self.workplace(), draft.id, by=AUTHOR, now=LATER)
        return self.get(draft.id)

    def cover(self, draft: StoredDraft, number: int, *boxes: Box) -> StoredDraft:
        desk.cover_photo(self.workplace(), draft.id, number, boxes, by=AUTHOR, now=LATER)
        return self.get(draft.id)

    def change_register(self) -> None:
        """The register becomes another one, in the database and in what vetting is given."""
        with self.database.write() as session:
            number = schools.set_register_version(Store(session, self.school_id), "another")
        self.register = replace(self.register, version=number)

    @property
    def lines(self) -> int:
        with self.database.read() as session:
            return audit.verify(Store(session, self.school_id)).rows


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Desk]:
    with database.write() as session:
        school = schools.create(session, "Whitehouse Primary School", by="set-up", now=NOW)
    eyes = eyes_with()
    register = replace(snapshot(), version=school.register_version)
    yield Desk(database, school.id, PhotoFiles(tmp_path, Vault(bytes(32))), eyes, register)
    eyes.close()


def group(size: tuple[int, int] = (800, 400)) -> Taken:
    return taken(drawn(*GROUP, size=size))


def refused(office: Desk, slug: str, kind: type[FledglingError], do: object, *args: object, **more: object) -> None:
    """The step raises that error, and nothing is written."""
    before = office.lines
    with pytest.raises(kind) as caught:
        do(*args, **more)  # type: ignore[operator]
    assert caught.value.slug == slug
    assert office.lines == before


# ---------------------------------------------------------------- taking in


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    held = io.BytesIO()
    Image.fromarray(paper.draw([(RED, BOXES[0])], size=(800, 400))).save(held, "JPEG", quality=95, exif=exif)
    return held.getvalue()


def test_a_photo_is_turned_upright_and_cleaned() -> None:
    child = taken(turned(6), file_name="IMG_1.jpg", alt_text="A child")
    assert (child.upload.width, child.upload.height) == (400, 800)
    assert child.upload.photo.sha256 == child.clean.sha256
    assert child.upload.bytes == len(child.clean.data)
    assert (child.upload.photo.file_name, child.upload.photo.alt_text) == ("IMG_1.jpg", "A child")
    assert child.upload.photo.doubts == ()
    published = Image.open(io.BytesIO(child.clean.data))
    assert published.size == (400, 800)
    assert published.getexif() == {}


def test_a_doubt_about_the_file_stays_with_its_clean_copy() -> None:
    child = taken(turned(9))
    assert child.upload.photo.doubts == (Unseen.ORIENTATION.value,)
    assert EYES.look(child.submitted, Matching.OFF).unseen == (Unseen.ORIENTATION,)
    odd = replace(child.upload.photo, doubts=(Unseen.DECODE.value,))
    files = {child.clean.sha256: child.clean.data}

    class Files(PhotoFiles):
        def get(self, sha256: str) -> bytes:
            return files[sha256]

    kept = desk.stored(
        StoredPhoto(odd, 400, 800, 1, "image/jpeg", AUTHOR, NOW, None), Files(Path(), Vault(bytes(32))), "Else"
    )
    assert kept.photo.alt_text == "Else"
    assert EYES.look(kept, Matching.OFF).unseen == (Unseen.DECODE,)


@pytest.mark.parametrize("data", [b"", b"no photo", b"GIF89a"])
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(PhotoRefused):
        taken(data)


def test_photos_that_came_along_get_their_ids_in_order(office: Desk) -> None:
    one, two = group(), taken(drawn(RED, BLUE), file_name="pair.png", alt_text="Two children")
    draft = office.submit(NEWS, one, two)
    assert [photo.sha256 for photo in draft.draft.photos] == [one.clean.sha256, two.clean.sha256]
    assert len({photo.id for photo in draft.draft.photos}) == 2
    assert all(photo.id for photo in draft.draft.photos)
    assert draft.stage is Stage.READY


# ---------------------------------------------------------------- deciding


@pytest.mark.parametrize(
    ("kind", "stage"),
    [
        (DecisionKind.APPROVE, Stage.APPROVED),
        (DecisionKind.RETURN, Stage.RETURNED),
        (DecisionKind.REJECT, Stage.REJECTED),
    ],
)
def test_a_decision_moves_the_draft(office: Desk, kind: DecisionKind, stage: Stage) -> None:
    decided = office.decide(office.submit(), kind, reason="Please say which road.")
    assert decided.stage is stage
    with office.database.read() as session:
        (kept,) = verdicts.decisions(Store(session, office.school_id), [decided.id])[decided.id]
    assert (kept.decision, kept.decided_by, kept.digest) == (kind, APPROVER, decided.digest)


def test_a_decision_is_bound_to_what_was_looked_at(office: Desk) -> None:
    draft = office.submit()
    refused(office, "other-digest", Conflict, office.decide, draft, DecisionKind.APPROVE, digest="0" * 64)
    assert office.get(draft.id).stage is Stage.READY


@pytest.mark.parametrize("kind", [DecisionKind.RETURN, DecisionKind.REJECT])
def test_a_no_needs_a_reason(office: Desk, kind: DecisionKind) -> None:
    refused(office, "reason-missing", Malformed, office.decide, office.submit(), kind, reason=" \n")


def test_only_what_waits_is_decided(office: Desk) -> None:
    approved = office.decide(office.submit(), DecisionKind.APPROVE)
    refused(office, "wrong-stage", Conflict, office.decide, approved, DecisionKind.APPROVE)
    refused(office, "wrong-stage", Conflict, office.decide, approved, DecisionKind.REJECT, reason="No.")
    refused(office, "not-found", NotFound, office.decide, replace(approved, id="nobody"), DecisionKind.APPROVE)


def test_what_the_rules_reject_nobody_approves(office: Desk) -> None:
    draft = office.submit("")
    assert draft.stage is Stage.REJECTED
    refused(office, "verdict-is-reject", Conflict, office.decide, draft, DecisionKind.APPROVE)


def test_nobody_decides_on_a_photo_of_their_own(office: Desk) -> None:
    own = office.submit(NEWS, group())
    for kind in DecisionKind:
        refused(office, "own-draft", NotAllowed, office.decide, own, kind, by=AUTHOR, reason="x")
    words = office.submit()
    assert office.decide(words, DecisionKind.APPROVE, by=AUTHOR).stage is Stage.APPROVED


def test_a_register_that_changed_asks_for_another_look(office: Desk) -> None:
    draft = office.submit()
    office.change_register()
    refused(office, "register-changed", Conflict, office.decide, draft, DecisionKind.APPROVE)
    assert office.decide(office.revet(draft), DecisionKind.APPROVE).stage is Stage.APPROVED


def test_each_child_of_the_roll_call_is_answered(office: Desk) -> None:
    facts = replace(office.register.facts, not_shown=(NOT_SHOWN, ChildNotShown("p2", "Oak")))
    office.register = replace(office.register, facts=facts)
    draft = office.submit(NEWS, group())
    assert draft.stage is Stage.REFERRED
    no = {"p1": desk.NOT_IN_PHOTO, "p2": desk.NOT_IN_PHOTO}
    for answers in (
        {},
        {"p1": desk.NOT_IN_PHOTO},
        {**no, "p2": desk.IN_PHOTO},
        {**no, "p2": desk.CANT_TELL},
        {**no, "p2": "?"},
    ):
        refused(office, "roll-call-open", Conflict, office.decide, draft, DecisionKind.APPROVE, answers=answers)
    refused(office, "answer-unasked", Malformed, office.decide, draft, DecisionKind.APPROVE, answers={**no, "p9": "x"})
    assert office.decide(draft, DecisionKind.APPROVE, answers=no).stage is Stage.APPROVED


# ---------------------------------------------------------------- vetting again, withdrawing


def test_a_draft_is_vetted_again_with_the_register_of_now(office: Desk) -> None:
    draft = office.submit(NEWS, group())
    assert draft.stage is Stage.READY
    office.register = replace(office.register, facts=replace(office.register.facts, not_shown=(NOT_SHOWN,)))
    assert office.revet(draft).stage is Stage.REFERRED
    with office.database.read() as session:
        latest = verdicts.latest(Store(session, office.school_id), [draft.id])[draft.id]
    assert latest.verdict.vetted_at == LATER


def test_an_approval_ends_when_the_draft_is_vetted_again(office: Desk) -> None:
    approved = office.decide(office.submit(), DecisionKind.APPROVE)
    assert office.revet(approved).stage is Stage.READY


@pytest.mark.parametrize(
    "stages",
    [(Stage.WITHDRAWN,), (Stage.APPROVED, Stage.PUBLISHING), (Stage.APPROVED, Stage.PUBLISHING, Stage.PUBLISHED)],
)
def test_what_is_out_or_taken_back_is_not_vetted_again(office: Desk, stages: tuple[Stage, ...]) -> None:
    gone = office.move(office.submit(NEWS, group()), *stages)
    refused(office, "wrong-stage", Conflict, office.revet, gone)
    refused(office, "wrong-stage", Conflict, office.cover, gone, 0, BOXES[0])
    refused(office, "wrong-stage", Conflict, office.withdraw, gone)
    assert office.get(gone.id).stage is stages[-1]


def test_a_draft_that_changes_while_it_is_looked_at_keeps_its_old_verdict(office: Desk) -> None:
    draft = office.submit()

    def meanwhile(_: datetime) -> Snapshot:
        office.withdraw(draft)
        return office.register

    with pytest.raises(Conflict) as caught:
        desk.revet(office.workplace(meanwhile), draft.id, by=AUTHOR, now=LATER)
    assert caught.value.slug == "wrong-stage"
    assert office.get(draft.id).stage is Stage.WITHDRAWN


def test_what_an_approver_rejected_does_not_come_back_unchanged(office: Desk) -> None:
    draft = office.submit(NEWS, group())
    office.decide(draft, DecisionKind.REJECT, reason="Not this one.")
    refused(office, "rejected-by-approver", Conflict, office.revet, draft)
    assert office.cover(draft, 0, BOXES[1]).stage in {Stage.READY, Stage.REFERRED}


def test_drafts_are_taken_back_by_their_authors_and_by_reviewers(office: Desk) -> None:
    draft = office.submit()
    refused(office, "not-found", NotFound, office.withdraw, draft, "somebody")
    assert office.withdraw(draft).stage is Stage.WITHDRAWN
    assert office.withdraw(office.submit(), "somebody", may_review=True).stage is Stage.WITHDRAWN


# ---------------------------------------------------------------- covering


def test_a_covered_face_is_gone_from_the_copy(office: Desk) -> None:
    draft = office.submit(NEWS, group())
    covered = office.cover(draft, 0, BOXES[1])
    (photo,) = covered.draft.photos
    assert (covered.revision, covered.digest != draft.digest) == (2, True)
    assert photo.sha256 != draft.draft.photos[0].sha256
    assert (photo.alt_text, photo.file_name) == ("Children in a hall", "hall.png")
    with office.database.read() as session:
        store = Store(session, office.school_id)
        said = verdicts.evidence(store, verdicts.latest(store, [draft.id])[draft.id].id)
    assert said is not None
    assert said.photos[0].faces[0].box == BOXES[0]
    picture = open_photo(office.files.get(photo.sha256))
    middle = picture.rgb[(BOXES[1].top + BOXES[1].bottom) // 2, (BOXES[1].left + BOXES[1].right) // 2]
    assert tuple(int(level) for level in middle) == (96, 96, 96)
    refused(office, "other-digest", Conflict, office.decide, draft, DecisionKind.APPROVE)
    assert (covered.stage in QUEUED, said.draft.digest) == (True, covered.digest)


def test_boxes_are_those_of_the_photo_as_it_came(office: Desk) -> None:
    wide = Box(4300, 300, 4700, 800)
    data = paper.png([(RED, Box(300, 300, 700, 800)), (BLUE, wide)], size=(5000, 1200))
    draft = office.submit(NEWS, taken(data, alt_text="Two children"))
    (photo,) = office.cover(draft, 0, wide).draft.photos
    picture = open_photo(office.files.get(photo.sha256))
    scale = 4096 / 5000
    for x, y in ((4310, 310), (4690, 310), (4310, 790), (4690, 790), (4500, 550)):
        levels = [int(level) for level in picture.rgb[round(y * scale), round(x * scale)]]
        assert max(abs(level - 96) for level in levels) <= 6


@pytest.mark.parametrize("number", [1, 4, -1, -2, 10**30])
def test_a_photo_that_is_not_there_is_not_covered(office: Desk, number: int) -> None:
    draft = office.submit(NEWS, group())
    refused(office, "not-found", NotFound, office.cover, draft, number, BOXES[0])
    assert office.get(draft.id).draft.photos == draft.draft.photos


@pytest.mark.parametrize("boxes", [(), (Box(2000, 10, 2100, 90),), (Box(50, 50, 50, 90),), (BOXES[0], Box(9, 9, 5, 5))])
def test_a_box_that_covers_nothing_is_refused(office: Desk, boxes: tuple[Box, ...]) -> None:
    draft = office.submit(NEWS, group())
    refused(office, "box-outside", Malformed, office.cover, draft, 0, *boxes)


def test_a_photo_of_a_draft_that_changes_meanwhile_is_not_covered(office: Desk) -> None:
    draft = office.submit(NEWS, group())

    class Meanwhile(PhotoFiles):
        """Somebody else covers the photo while this one is read."""

        def get(self, sha256: str) -> bytes:
            data = super().get(sha256)
            desk.cover_photo(office.workplace(), draft.id, 0, [BOXES[0]], by=APPROVER, now=LATER)
            return data

    slow = Meanwhile(office.files.folder, office.files.vault)
    with pytest.raises(Conflict) as caught:
        desk.cover_photo(office.workplace(files=slow), draft.id, 0, [BOXES[1]], by=AUTHOR, now=LATER)
    assert caught.value.slug == "wrong-stage"
    assert office.get(draft.id).revision == 2
