"""The school's policy in a browser: in words, with its versions; a new one is checked, compared and put in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import SecretStr
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app import register
from app.errors import Conflict, FledglingError, Malformed, NotFound
from app.policy import Policy, PolicyError, Problem, check, parse
from app.register.silence import DecisionMissing
from app.rules import CITED, RULES
from app.store import Store, policies
from app.store.policies import PolicyVersion
from app.web import handed_in
from app.web.handed_in import HandedIn
from app.web.intake import safe_name
from app.web.pages import doings
from app.web.pages.policy_words import changes, policy_parts
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Visiting, field
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving
from app.web.slips import told_day

router = APIRouter(route_class=PageRoute)

_KIND = "policy"
_LARGEST = 250_000  # bytes: more than the longest policy that is read
_HIDDEN = ("key", "secret", "token", "password")
NO_VERSION = "There is no such version of the policy."


def _administrating(visitor: Visiting) -> Visitor:
    visitor.need(Scope.ADMIN)
    return visitor


Administrating = Annotated[Visitor, Depends(_administrating)]


@router.get("/policy")
def show(service: Serving, visitor: Visiting, now: Now, done: bool = False) -> Response:
    """The policy in force, in words, and its versions."""
    return _front(service, visitor, now, done=done)


def _front(
    service: Service, visitor: Visitor, now: datetime, *, done: bool = False, problem: FledglingError | None = None
) -> Response:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        history, names = policies.history(store), doings.names_of(store)
    policy = visitor.policy
    today = policy.day_of(now)
    return render(
        "policy.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        done=done,
        policy=policy,
        parts=policy_parts(policy),
        overdue_days=(today - policy.review_on).days,
        history=[(one, doings.called(names, one.imported_by)) for one in history],
        day=told_day,
    )


@router.get("/policy/versions/{version}")
def show_version(service: Serving, visitor: Visiting, version: int) -> Response:
    """What a version changed, and what it said."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        history, names = policies.history(store), doings.names_of(store)
    found = next((one for one in history if one.version == version), None)
    if found is None:
        raise NotFound(NO_VERSION)
    before = next((one for one in history if one.version < version), None)
    return render(
        "policy_version.html",
        visitor,
        version=found,
        who=doings.called(names, found.imported_by),
        before=before,
        changes=changes(_as_filed(before), _as_filed(found)) if before else (),
        parts=policy_parts(_as_filed(found)),
        newest=history[0].version,
    )


def _as_filed(version: PolicyVersion) -> Policy:
    return replace(parse(version.source), version=version.version)


@router.get("/policy/versions/{version}/policy.toml")
def save_version(service: Serving, visitor: Visiting, version: int) -> Response:
    """A version as the file it was."""
    with service.database.read() as session:
        history = policies.history(Store(session, visitor.principal.school_id))
    found = next((one for one in history if one.version == version), None)
    if found is None:
        raise NotFound(NO_VERSION)
    name = f'attachment; filename="policy-{version}.toml"'
    return Response(found.source.encode(), media_type="application/toml", headers={"Content-Disposition": name})


# ---------------------------------------------------------------- a new version


async def _chosen(form: Posted) -> tuple[bytes, str]:
    part = form.get("file")
    if not isinstance(part, UploadFile):
        return b"", ""
    if part.size is not None and part.size > _LARGEST:
        return b"", safe_name(part.filename)
    return await part.read(), safe_name(part.filename)


Chosen = Annotated[tuple[bytes, str], Depends(_chosen)]


@router.post("/policy")
def choose(service: Serving, visitor: Administrating, chosen: Chosen, now: Now) -> Response:
    """Keep the file, and lead to what is wrong in it or what it would change."""
    data, name = chosen
    if not data:
        problem = Malformed("That file is empty or far too large for a policy." if name else "Choose a file first.")
        return _front(service, visitor, now, problem=problem)
    token = handed_in.keep(service, visitor.principal, _KIND, name, data, now)
    return RedirectResponse(f"/policy/new/{token}", SEE_OTHER)


@router.get("/policy/new/{token}")
def preview(service: Serving, visitor: Administrating, token: str, now: Now) -> Response:
    """What is wrong in the file, by line; else what it would change."""
    try:
        file = handed_in.take(service, visitor.principal, _KIND, token, now)
    except Conflict as problem:
        return _front(service, visitor, now, problem=problem)
    return _preview(visitor, token, file)


def _preview(
    visitor: Visitor, token: str, file: HandedIn, *, problem: FledglingError | None = None, decided_by: str = ""
) -> Response:
    source, problems = _read(file.data)
    wanted = None if problems else parse(source)
    return render(
        "policy_new.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        file=file,
        token=token,
        problems=problems,
        wanted=wanted,
        changes=changes(visitor.policy, wanted) if wanted else (),
        milder=_milder(wanted) if wanted else [],
        silence=wanted is not None and wanted.not_answered is not visitor.policy.not_answered,
        decided_by=decided_by,
    )


def _read(data: bytes) -> tuple[str, tuple[Problem, ...]]:
    """The file's text and what is wrong with it, by line."""
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", (Problem(line, "The file is not UTF-8: save it as plain text in UTF-8."),)
    return source, check(source, CITED)


def _milder(wanted: Policy) -> list[tuple[str, str, str]]:
    """Where the school asks for less than a rule does by itself: allowed, and said aloud."""
    return [
        (rule.title, wanted.outcome(rule.id, rule.outcome).word, rule.outcome.word)
        for rule in RULES
        if wanted.outcome(rule.id, rule.outcome) < rule.outcome
    ]


@router.post("/policy/new/{token}")
def adopt(service: Serving, visitor: Administrating, token: str, form: Posted, now: Now) -> Response:
    """Put the file in force."""
    try:
        file = handed_in.take(service, visitor.principal, _KIND, token, now)
    except Conflict as problem:
        return _front(service, visitor, now, problem=problem)
    decided_by = printable(field(form, "decided_by"))
    source, problems = _read(file.data)
    try:
        if problems:
            raise PolicyError(problems)
        office = office_of(service, visitor.principal.school_id)
        register.adopt_policy(office, source, decided_by=decided_by, by=visitor.principal.id, now=now)
    except (DecisionMissing, Malformed) as problem:
        return _preview(visitor, token, file, problem=problem, decided_by=decided_by)
    handed_in.drop(service, visitor.principal, _KIND)
    return RedirectResponse("/policy?done=true", SEE_OTHER)


# ---------------------------------------------------------------- how the service runs


@router.get("/policy/service")
def show_service(service: Serving, visitor: Administrating) -> Response:
    """How the service runs: its settings, without secrets."""
    told = [
        (f"FLEDGLING_{name.upper()}", of.description or "", _setting(name, getattr(service.settings, name)))
        for name, of in type(service.settings).model_fields.items()
    ]
    return render("service.html", visitor, told=told, kind=service.database.url.get_backend_name())


def _setting(name: str, value: object) -> str:
    """A setting's value as it may be shown: secrets and addresses that may hold one are told as given or not."""
    hidden = isinstance(value, SecretStr) or any(word in name.split("_") for word in _HIDDEN)
    if hidden or name == "database_url":
        return "given" if value else "not given"
    if isinstance(value, str) and "@" in value and "://" in value:
        return "given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "" or value == {}:
        return "not given"
    if isinstance(value, dict):
        return f"{len(value)} given"
    return str(value.absolute()) if isinstance(value, Path) else str(value)
