"""Accounts: the school posts as the school, to everyone, and leads nobody to a member of staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.domain import Account, Cue, Entity, Evidence, Outcome, TextFacts, Topic, Words, account_of, fold_handle
from app.policy import Policy
from app.rules.addresses import handles_in, is_post
from app.rules.places import place
from app.rules.rule import DRAFT, SCHOOL, Remark, given, rule

_OTHERS_POST = "https://x.com/townlibrary/status/1140000000000000001"
_OWN_POST = "https://x.com/whitehouseps/status/1140000000000000002"


def _is_ours(evidence: Evidence, handle: str | None) -> bool:
    return handle is not None and evidence.school.account(handle) is not None


def _leads_to(evidence: Evidence, url: str | None) -> bool:
    """Whether an address leads to a member of staff's own page, on whatever network."""
    return url is not None and not evidence.school.staff_handles.isdisjoint(handles_in(url))


def _entity(text: str, value: str, account: str | None) -> Entity:
    start = text.index(value)
    return Entity(start, start + len(value), value, account)


def _linking(url: str, account: str | None) -> Evidence:
    words = f"A good read: {url}"
    return given(words, text=TextFacts(urls=(_entity(words, url, account),)))


@rule(
    id="accounts.personal-feed",
    title="No member of staff's own account",
    clause="posting-4",
    outcome=Outcome.REJECT,
    fails=[
        given("Well run @ms_baker_runs!", text=TextFacts(mentions=(Entity(9, 23, "ms_baker_runs", "ms_baker_runs"),))),
        _linking("https://x.com/ms_baker_runs", "ms_baker_runs"),
        _linking("https://instagram.com/ms_baker_runs", None),
    ],
    passes=[
        given("Thank you @townlibrary!", text=TextFacts(mentions=(Entity(10, 22, "townlibrary", "townlibrary"),))),
        _linking("https://example.org/ms_baker_runs", None),
    ],
)
def personal_feed(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """From the school's page nobody should reach what its staff say and show in private."""
    staff = evidence.school.staff_handles
    hint = "Write of the person without the handle or link."
    mentions = [each for each in evidence.text.mentions if each.account in staff]
    links = [each for each in evidence.text.urls if _leads_to(evidence, each.value)]
    for entity in (*mentions, *links):
        yield Remark("This leads to a member of staff's personal account.", hint, Words(entity.start, entity.end))
    if _leads_to(evidence, evidence.draft.reply_to):
        yield Remark("The post answers a member of staff's personal account.", "Post it by itself.")
    if _leads_to(evidence, evidence.draft.repost_of):
        yield Remark(
            "The post repeats one from a member of staff's personal account.", "Write a post of the school's own."
        )


@rule(
    id="accounts.private-discussion",
    title="No private discussions",
    clause="posting-5",
    outcome=Outcome.REJECT,
    fails=[
        given(
            "Any questions? DM us!",
            text=TextFacts(cues=(Cue(Topic.PRIVATE_TALK, Words(15, 20), "an invitation to a direct message"),)),
        )
    ],
    passes=[given("Any questions? Ask at the office.")],
)
def private_discussion(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """What is said in a direct message nobody else at the school sees, and nobody can answer for."""
    for cue in evidence.text.about(Topic.PRIVATE_TALK):
        yield Remark(
            f"A private conversation in {place(cue.where)}{f': {cue.note}' if cue.note else ''}.",
            "Name the school office's telephone number or e-mail address instead.",
            cue.where,
        )


@rule(
    id="accounts.repost",
    title="Others' posts are repeated only after a look",
    clause="inappropriate-4",
    outcome=Outcome.REFER,
    fails=[
        given(draft=replace(DRAFT, repost_of=_OTHERS_POST)),
        given(draft=replace(DRAFT, repost_of="https://x.com/i/status/1140000000000000001")),
        given("RT townlibrary: story time on Friday", text=TextFacts(cues=(Cue(Topic.REPOST, Words(0, 2), "RT"),))),
        _linking(_OTHERS_POST, "townlibrary"),
    ],
    passes=[
        given(draft=replace(DRAFT, repost_of=_OWN_POST)),
        _linking(_OWN_POST, "whitehouseps"),
        _linking("https://x.com/townlibrary", "townlibrary"),
    ],
)
def repost(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """With another's post its pictures and what stands below it come into the school's feed, and may change later."""
    hint = "Look at the whole post and who wrote it, or write a post of the school's own."
    if evidence.draft.repost_of and not _is_ours(evidence, account_of(evidence.draft.repost_of)):
        yield Remark("The post repeats another account's.", hint)
    for url in evidence.text.urls:
        if is_post(url.value) and not _is_ours(evidence, url.account):
            yield Remark("This link quotes another account's post.", hint, Words(url.start, url.end))
    for cue in evidence.text.about(Topic.REPOST):
        yield Remark(f"Words in {place(cue.where)} repeat another account's post.", hint, cue.where)


@rule(
    id="accounts.reply",
    title="Discussions are entered only after a look",
    clause="private-1",
    outcome=Outcome.REFER,
    fails=[
        given(draft=replace(DRAFT, reply_to=_OTHERS_POST)),
        given("@townlibrary thank you for the books!", text=TextFacts(answers="townlibrary")),
    ],
    passes=[
        given(draft=replace(DRAFT, reply_to=_OWN_POST)),
        given("@whitehouseps has news", text=TextFacts(answers="whitehouseps")),
        given("Thank you @townlibrary!"),
    ],
)
def reply(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """The account tells everyone its news; a reply draws the school into what others say among themselves."""
    text, reply_to = evidence.text, evidence.draft.reply_to
    if reply_to and not _is_ours(evidence, account_of(reply_to)):
        yield Remark("The post answers another account's.", "Post it by itself, for everyone.")
    elif text.answers and not _is_ours(evidence, text.answers):
        handle = next((one for one in text.mentions if one.account == text.answers), None)
        yield Remark(
            "The post begins with another account's handle, which makes it an answer that few will see.",
            "Put other words first.",
            Words(handle.start, handle.end) if handle else None,
        )


@rule(
    id="accounts.not-ours",
    title="Only the school's accounts, only by those who may",
    clause="posting-3",
    outcome=Outcome.REJECT,
    fails=[
        given(draft=replace(DRAFT, account="@townlibrary")),
        given(school=replace(SCHOOL, accounts=(Account("whitehouseps", posters=("head", "ict-leader")),))),
        given(
            draft=replace(DRAFT, author=None),
            school=replace(SCHOOL, accounts=(Account("whitehouseps", posters=("head",)),)),
        ),
    ],
    passes=[
        given(draft=replace(DRAFT, account="@WhitehousePS")),
        given(school=replace(SCHOOL, accounts=(Account("whitehouseps", posters=("head", "author")),))),
    ],
)
def not_ours(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """Content is in the hands of those whom the school has named, on the accounts that it controls."""
    account = evidence.school.account(evidence.draft.account)
    if account is None:
        handle = fold_handle(evidence.draft.account)
        yield Remark(f"The school has not registered the account @{handle}.", "Choose one of the school's accounts.")
    elif account.posters and evidence.draft.author not in account.posters:
        yield Remark(
            f"The author may not post to @{account.handle}.",
            "Ask for the right to post, or ask an approved person to post it.",
        )
