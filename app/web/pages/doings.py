"""Lines of the audit trail in words: what somebody did, in a sentence that begins with who.

A line holds ids and counts. What it says is told from those alone: no child's name, no words of a post, and nothing of a hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.store import Store, keys, people
from app.store.audit import Action, AuditLine
from app.web.joining import FROM_TRUST

Detail = Mapping[str, Any]
_Words = str | Callable[[Detail], str]

GROUPS = {
    "school": "The school, its policy and this trail",
    "access": "Signing in, people and keys",
    "register": "Roster, staff, children",
    "permission": "What families answered",
    "biometric": "Face matching",
    "desk": "Posts and photos",
    "publishing": "Publishing",
    "safeguarding": "Safeguarding",
}
"""What is done, by the first word of an action; others are told by that word."""

PROGRAMS = {
    "command-line": "Whoever runs the service",
    "housekeeping": "The service, by itself",
    "register": "The service, by itself",
    "demo": "The demo",
}
"""Who acts without being a person or a key."""

_THINGS = {"dpia": "assessment", "seals": "seals", "totp": "second factor"}
_PAST = {"put": "set", "keep": "kept", "read": "read", "drop": "dropped", "withdraw": "withdrawn", "vet": "vetted",
         "send": "sent", "take": "taken", "find": "found", "let": "let", "begin": "begun", "see": "seen"}  # fmt: skip


def _many(detail: Detail, name: str) -> int:
    value = detail.get(name)
    return len(value) if isinstance(value, list | tuple | dict) else value if isinstance(value, int) else 0


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _roster(detail: Detail) -> str:
    # A line counts those who leave among the changed.
    other = _many(detail, "changed") + _many(detail, "left")
    others = _many(detail, "elsewhere")
    whole = f"loaded a roster: {_many(detail, 'added'):,} came, {other:,} changed or left"
    return f"{whole}; {others:,} at other schools of the trust" if others else whole


def _answers(detail: Detail) -> str:
    how_many = _many(detail, "pupils")
    if detail.get("source") == "told":
        return "recorded what somebody said for a child"
    changed = f"answers changed for {_count(how_many, 'child', 'children')}" if how_many else "nothing changed"
    return f"loaded a file of answers for {detail.get('school_year', 'this school year')}: {changed}"


def _erased(detail: Detail) -> str:
    if others := _many(detail, "elsewhere"):
        return f"erased {_count(others, 'child', 'children')} of other schools of the trust"
    return "erased a child with all that was held of them"


def _decided(detail: Detail) -> str:
    deed = {"approve": "approved", "return": "returned", "reject": "rejected"}.get(
        str(detail.get("decision")), "decided on"
    )
    asked = _many(detail, "answers")
    return f"{deed} a post" + (f", with answers about {_count(asked, 'child', 'children')}" if asked else "")


def _silence(detail: Detail) -> str:
    meaning = {"allow": "yes once the round is over", "refuse": "no"}
    before, after = (meaning.get(str(detail.get(end)), "?") for end in ("from", "to"))
    return f"changed what no answer means from “{before}” to “{after}”, decided by {detail.get('decided_by', '?')}"


def _export(detail: Detail) -> str:
    lines = _count(_many(detail, "lines"), "line")
    return f"saved {lines} of this trail as a file" if detail.get("file") else f"looked at {lines} of this trail"


_SAID: dict[str, _Words] = {
    Action.SCHOOL_CREATE: "set up the school",
    Action.SCHOOL_PURGE: lambda told: "deleted what had been kept long enough: "
    + (", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in told.items() if isinstance(count, int) and count) or "nothing was due"),
    Action.AUDIT_CUT: lambda told: f"let go of the lines of this trail up to {told.get('up_to', '?')}, whose time was over",
    Action.AUDIT_READ: _export,
    Action.BACKUP_MAKE: "made a backup of everything",
    Action.BACKUP_RESTORE: "put a backup back; what was done after it was made is forgotten",
    Action.ACCOUNTS_PUT: lambda told: f"set the school's accounts: {', '.join('@' + str(one) for one in told.get('handles', ()))}",
    Action.POLICY_ADD: lambda told: f"put version {told.get('version', '?')} of the policy in force",
    Action.EVENTS_REPLACE: lambda told: f"loaded a calendar of {_count(_many(told, 'events'), 'event')}",
    Action.KEY_CREATE: lambda told: f"made a key for {', '.join(map(str, told.get('scopes', ())))}",
    Action.KEY_REVOKE: "ended a key",
    Action.PERSON_ADD: lambda told: f"gave somebody a sign-in as {told.get('role', '?')}",
    Action.PERSON_CHANGE: lambda told: "changed somebody's "
    + (", ".join({"active": "standing", "password_hash": "password"}.get(str(one), str(one).replace("_", " ")) for one in told.get("changed", ())) or "sign-in"),
    Action.CONNECTION_PUT: lambda told: f"chose how posts of an account go out: {told.get('way', '?')}",
    Action.CONNECTION_RENEW: "renewed an account's connection to X",
    Action.CONNECTION_END: "found that an account's connection to X does not hold any more",
    Action.WEBHOOK_PUT: "set up or changed what another program is told",
    Action.WEBHOOK_END: "ended what another program is told",
    Action.FEED_PUT: "set up a feed of the website",
    Action.FEED_END: "ended a feed of the website",
    Action.PERSON_LEAVE: "noted that somebody left",
    Action.IDENTITY_LINK: "linked somebody's sign-in with their school account",
    Action.IDENTITY_UNLINK: "unlinked somebody's sign-in from a school account",
    Action.POSTING_ASK: "asked for the right to post",
    Action.POSTING_DECIDE: "decided on a request for the right to post",
    Action.DEPARTURE_CONFIRM: "confirmed that the passwords at X were changed after somebody left",
    Action.ACCOUNT_DECIDE: "decided to open or close an account",
    Action.SESSION_CONFIRM: "gave their second factor",
    Action.SECOND_FACTOR_ADD: "set up a second factor",
    Action.SECOND_FACTOR_REMOVE: "removed a second factor",
    Action.RECOVERY_CODES_RENEW: "made new recovery codes",
    Action.RECOVERY_CODE_USE: "signed in with a recovery code",
    Action.LINK_CREATE: "made a link by which somebody sets a password",
    Action.LINK_USE: "set a password by such a link",
    Action.FACES_COMPARE: "compared a face in a photo with a child's picture",
    Action.DRAFT_ESCALATE: "passed a post on to somebody else",
    Action.LOCK_TAKE_OVER: "took over a post that somebody else was looking at",
    Action.DEPUTY_NAME: "named a deputy",
    Action.DEPUTY_END: "ended a deputy's time",
    Action.PUBLISH_PLAN: "planned when a post goes out",
    Action.PUBLISH_BEGIN: "began to publish a post",
    Action.PUBLISH_SEND: "sent a post to the account",
    Action.PUBLISH_END: "noted what became of a post",
    Action.PUBLISH_TAKE_DOWN: "took a post down",
    Action.PUBLISH_PAUSE: "held all publishing",
    Action.PUBLISH_RESUME: "let publishing go on",
    Action.SESSION_OPEN: "signed in",
    Action.SESSION_CLOSE: "signed out",
    Action.ROSTER_REPLACE: _roster,
    Action.ROSTER_AMEND: lambda told: f"added names from a transfer file to {_count(_many(told, 'changed'), 'child', 'children')}",
    Action.COLUMNS_PUT: lambda told: f"mapped {_count(_many(told, 'headings'), 'heading')} of the school's own reports",
    Action.STAFF_REPLACE: lambda told: f"loaded a staff list of {_count(_many(told, 'staff'), 'person', 'people')}",
    Action.PUPIL_ERASE: _erased,
    Action.PUPIL_EXPORT: "had all that is held about a child put together",
    Action.PHRASE_ALLOW: "allowed a phrase",
    Action.PHRASE_WITHDRAW: "took an allowed phrase back",
    Action.ROUND_OPEN: lambda told: f"set the days of the permission round: opened {told.get('opened_on', '?')}, due {told.get('due_on', '?')}",
    Action.PERMISSIONS_RECORD: _answers,
    Action.PERMISSIONS_READ: "looked at a child's answers",
    Action.FORM_KEEP: lambda told: f"kept version {told.get('version', '?')} of the form that goes home",
    Action.SILENCE_DECIDE: _silence,
    Action.NOTICE_RECORD: "recorded that somebody was told of face matching, or need not be",
    Action.RESPONSE_RECORD: "recorded what somebody answered about face matching",
    Action.REFERENCE_ADD: "put a reference photo on record",
    Action.TEMPLATE_ADD: "made a template of a reference photo",
    Action.TEMPLATE_REFUSE: "could make no template of a reference photo: another is needed",
    Action.TEMPLATES_DROP: "removed templates of an earlier engine",
    Action.BIOMETRICS_DESTROY: "destroyed a child's templates and reference photos",
    Action.REFERENCE_REMOVE: "took a reference photo off record",
    Action.REFERENCE_READ: "looked at a child's reference photo beside a draft",
    Action.DPIA_RECORD: lambda told: f"recorded version {told.get('version', '?')} of the assessment of face matching",
    Action.SEALS_RENEW: "sealed what is kept under a newer key",
    Action.ACCURACY_MEASURE: "measured how well faces are told apart",
    Action.PHOTO_ADD: "sent a photo",
    Action.PHOTOS_DELETE: lambda told: f"deleted {_count(_many(told, 'photos'), 'photo')} that no post took, or whose time was over",
    Action.DRAFT_ADD: "wrote a post",
    Action.DRAFT_REVISE: lambda told: f"changed a post (revision {told.get('revision', '?')})",
    Action.DRAFT_VET: lambda told: "checked a post: "
    + {"approve": "ready", "refer": "a person must check", "reject": "stopped"}.get(str(told.get("answer")), "done"),
    Action.DRAFT_MOVE: lambda told: f"moved a post from “{told.get('from', '?')}” to “{told.get('to', '?')}”",
    Action.DRAFT_DECIDE: _decided,
    Action.FACES_READ: "looked at the faces of a photo beside a child's",
    Action.RECALL_OPEN: lambda told: f"listed a published post to be looked at, for {_count(_many(told, 'pupils'), 'child', 'children')}",
    Action.RECALL_CLOSE: lambda told: "decided that a published post "
    + {"taken_down": "is taken down", "kept": "may stay"}.get(str(told.get("outcome")), "is dealt with"),
}  # fmt: skip


def said(line: AuditLine) -> str:
    """What was done, without who did it; an action that has no sentence here is told by its own words."""
    words = _SAID.get(line.action)
    if words is None:
        return plainly(line.action)
    return words if isinstance(words, str) else words(line.detail)


def plainly(action: str) -> str:
    """``desk.draft.add`` as ``draft: added``."""
    _, _, rest = action.partition(".")
    thing, _, deed = rest.rpartition(".")
    thing = " ".join(_THINGS.get(part, part.replace("-", " ")) for part in thing.split("."))
    past = _PAST.get(deed) or (f"{deed}d" if deed.endswith("e") else f"{deed}ed")
    return f"{thing}: {past}".strip(": ")


def group_of(action: str) -> str:
    """The group an action belongs to, as it is headed."""
    word = action.partition(".")[0]
    return GROUPS.get(word, word.capitalize())


def actions_by_group() -> dict[str, list[tuple[str, str]]]:
    """Every action with a plain name, by group."""
    found: dict[str, list[tuple[str, str]]] = {}
    for action in Action:
        found.setdefault(group_of(action.value), []).append((action.value, plainly(action.value)))
    return found


def names_of(store: Store) -> dict[str, str]:
    """People, keys and programs by the id that lines keep."""
    by_key = {one.id: f"the key “{one.name}”" for one in keys.every(store)}
    return {**PROGRAMS, **by_key, **{one.id: one.name for one in people.every(store)}}


def called(names: Mapping[str, str], actor: str) -> str:
    """Who did it; somebody of whom nothing is known any more is told by their id."""
    if actor.startswith(FROM_TRUST):
        return "the trust"
    return names.get(actor) or f"{actor[:40] or 'nobody'} (not known any more)"


def told_of() -> frozenset[str]:
    """The actions that have words of their own; others are told by their name."""
    return frozenset(_SAID)
