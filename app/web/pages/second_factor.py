"""The second factor: setting it up, showing it after the password, recovery codes, and taking it away again."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.errors import NotAllowed
from app.store import Store, people, schools, second_factors
from app.store.people import Person
from app.vault import SealBroken
from app.web import codes
from app.web.pages import entering, throttle
from app.web.pages.entering import Arriving, Next, Sent
from app.web.pages.rendering import printable
from app.web.pages.visiting import SEE_OTHER, PageRoute, Visiting, field
from app.web.passwords import matches
from app.web.schoolwork import policy_of
from app.web.security import Arrival, Owes, arrival_of
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

_FORBIDDEN, _TOO_MANY = 403, 429
_WRONG = (
    "That code is not right, or was used before. Codes change every half minute: wait for the next one and type that."
)
_NOT_PROVED = "That is not right. Type your present password."
_NOT_PROVED_BY_CODE = "That is not right. Type a code from your app that you have not used, or a recovery code."


@router.get("/second-factor")
def show(service: Serving, arrival: Arriving, next_page: Next = "") -> Response:
    """Asks for the code, or leads through setting it up; whoever owes neither goes on."""
    if arrival.owes is Owes.CODE:
        return entering.page("second_factor.html", arrival, next_page=next_page)
    if arrival.owes is Owes.ENROLMENT:
        return _enrolment(service, arrival, codes.new_secret(), next_page)
    return RedirectResponse(entering.onward(arrival, next_page), SEE_OTHER)


@router.post("/second-factor")
def show_code(service: Serving, arrival: Arriving, form: Sent, now: Now) -> Response:
    """Take the code; the session then has another token, so that nobody who knew the first one has gained anything."""
    next_page = field(form, "next")
    if arrival.owes is not Owes.CODE:
        return RedirectResponse(entering.onward(arrival, next_page), SEE_OTHER)
    person = arrival.signed_in.person
    counters = (throttle.of_person(service, person.id),)
    wait = throttle.begin(service, counters, now)
    if wait:
        return _asked_again(arrival, next_page, (_wait_words(wait),), wait)
    if not is_shown(service, person, field(form, "code"), now):
        return _asked_again(arrival, next_page, (_WRONG,))
    throttle.was_right(service, counters, now)
    return _confirmed(service, arrival, next_page, now)


def _asked_again(arrival: Arrival, next_page: str, faults: Sequence[str], wait: timedelta = timedelta(0)) -> Response:
    status = _TOO_MANY if wait else _FORBIDDEN
    answer = entering.page("second_factor.html", arrival, status=status, next_page=next_page, faults=faults)
    if wait:
        answer.headers["Retry-After"] = str(int(wait.total_seconds()))
    return answer


def _confirmed(service: Service, arrival: Arrival, next_page: str, now: datetime) -> Response:
    principal = arrival.principal
    with service.database.write() as session:
        store = Store(session, principal.school_id)
        token, _ = people.confirm_session(store, principal.session, by=principal.id, now=now)
    answer = RedirectResponse(entering.onward(arrival_of(service, token, now), next_page), SEE_OTHER)
    entering.set_cookie(answer, service, token)
    return answer


def is_shown(service: Service, person: Person, typed: str, now: datetime) -> bool:
    """Whether a code of the person's app or a recovery code was typed; it is used up then. Count attempts before."""
    with service.database.read() as session:
        kept = second_factors.find(Store(session, person.school_id), person.id)
    if kept is None:
        return False
    step = codes.step_of(service.vault.open(kept.secret, _purpose(person.id)).decode(), typed, now)
    with service.database.write() as session:
        store = Store(session, person.school_id)
        if step is not None:
            return second_factors.use_step(store, person.id, step)
        mark = _mark(service, person.id, codes.fold_recovery_code(printable(typed)))
        return second_factors.use_code(store, person.id, mark, by=person.id, now=now)


# ---- setting it up


@router.post("/second-factor/set-up")
def set_up(service: Serving, arrival: Arriving, form: Sent, now: Now) -> Response:
    """Keep the secret of the page that was shown, once the app has proved that it has it; recovery codes are shown once."""
    if arrival.owes not in {Owes.ENROLMENT, None}:
        return RedirectResponse(entering.onward(arrival, ""), SEE_OTHER)
    next_page = field(form, "next")
    secret = _unsealed(service, arrival, field(form, "sealed"))
    if secret is None:
        return _enrolment(service, arrival, codes.new_secret(), next_page, ("That page was too old. Begin again.",))
    if arrival.owes is None and (fault := unproved(service, arrival, form, now)):
        return _enrolment(service, arrival, secret, next_page, (fault,))
    step = codes.step_of(secret, field(form, "code"), now)
    if step is None:
        return _enrolment(service, arrival, secret, next_page, (_WRONG,))
    return _enrolled(service, arrival, secret, step, next_page, now)


def _enrolled(service: Service, arrival: Arrival, secret: str, step: int, next_page: str, now: datetime) -> Response:
    principal = arrival.principal
    made = codes.new_recovery_codes()
    marks = [_mark(service, principal.id, codes.fold_recovery_code(code)) for code in made]
    sealed = service.vault.seal(secret.encode(), _purpose(principal.id))
    with service.database.write() as session:
        store = Store(session, principal.school_id)
        second_factors.put(store, principal.id, sealed, step, marks, by=principal.id, now=now)
        people.close_others(store, principal.id, but=principal.session, by=principal.id, now=now)
        token, csrf = people.confirm_session(store, principal.session, by=principal.id, now=now)
    renewed = replace(arrival, principal=replace(principal, csrf=csrf))
    answer = _codes_page(renewed, made, next_page)
    entering.set_cookie(answer, service, token)
    return answer


def _enrolment(service: Service, arrival: Arrival, secret: str, next_page: str, faults: Sequence[str] = ()) -> Response:
    person = arrival.signed_in.person
    with service.database.read() as session:
        store = Store(session, person.school_id)
        school = schools.get(store).name
        has_one = second_factors.find(store, person.id) is not None
    return entering.page(
        "second_factor_set_up.html",
        arrival,
        status=_FORBIDDEN if faults else 200,
        next_page=next_page,
        faults=faults,
        secret=codes.in_groups(secret),
        address=codes.address_of(secret, person.email, school),
        picture=codes.picture_of(codes.address_of(secret, person.email, school)),
        sealed=urlsafe_b64encode(service.vault.seal(secret.encode(), _session_purpose(arrival))).decode(),
        required=arrival.owes is Owes.ENROLMENT,
        proof="" if arrival.owes else "password" if person.password_hash else "code" if has_one else "",
        email=person.email,
    )


def _codes_page(arrival: Arrival, made: Sequence[str], next_page: str) -> Response:
    return entering.page("recovery_codes.html", arrival, next_page=next_page, codes=made)


def _unsealed(service: Service, arrival: Arrival, sealed: str) -> str | None:
    try:
        return service.vault.open(urlsafe_b64decode(sealed.encode("ascii")), _session_purpose(arrival)).decode()
    except (ValueError, binascii.Error, SealBroken):
        return None


# ---- later, from the account page


@router.get("/account/second-factor")
def show_set_up(service: Serving, arrival: Arriving, _visitor: Visiting) -> Response:
    """Set it up, or set up another phone in place of the one before."""
    return _enrolment(service, arrival, codes.new_secret(), "/account")


@router.post("/account/second-factor/off")
def turn_off(service: Serving, arrival: Arriving, _visitor: Visiting, form: Sent, now: Now) -> Response:
    """Take it away, where the person's role may do without."""
    person = arrival.signed_in.person
    if policy_of(service, person.school_id).sign_in.asks(person.role):
        raise NotAllowed(
            "The school's policy asks your role for a second factor. You can set up another phone instead."
        )
    if fault := unproved(service, arrival, form, now):
        return RedirectResponse(f"/account?wrong={_word_of(fault)}", SEE_OTHER)
    with service.database.write() as session:
        second_factors.remove(Store(session, person.school_id), person.id, by=person.id, now=now)
    return RedirectResponse("/account?done=off", SEE_OTHER)


@router.post("/account/recovery-codes")
def renew_codes(service: Serving, arrival: Arriving, _visitor: Visiting, form: Sent, now: Now) -> Response:
    """New recovery codes, shown once; the old ones are good no more."""
    person = arrival.signed_in.person
    if fault := unproved(service, arrival, form, now):
        return RedirectResponse(f"/account?wrong={_word_of(fault)}", SEE_OTHER)
    made = codes.new_recovery_codes()
    marks = [_mark(service, person.id, codes.fold_recovery_code(code)) for code in made]
    with service.database.write() as session:
        store = Store(session, person.school_id)
        store.take_turn()
        if second_factors.find(store, person.id) is None:
            return RedirectResponse("/account", SEE_OTHER)
        second_factors.renew_codes(store, person.id, marks, by=person.id, now=now)
    return _codes_page(arrival, made, "/account")


def unproved(service: Service, arrival: Arrival, form: FormData, now: datetime) -> str:
    """Why it is not certain that the person still sits there, in words; empty where it is.

    They type the present password; whoever has none, since the school's own sign-in lets them in, a code.
    """
    person = arrival.signed_in.person
    with service.database.read() as session:
        has_one = second_factors.find(Store(session, person.school_id), person.id) is not None
    if not person.password_hash and not has_one:
        return ""
    counters = (throttle.of_person(service, person.id),)
    if wait := throttle.begin(service, counters, now):
        return _wait_words(wait)
    if person.password_hash:
        proved = matches(person.password_hash, entering.typed_password(form, "present_password"))
    else:
        proved = is_shown(service, person, field(form, "present_code"), now)
    if not proved:
        return _NOT_PROVED if person.password_hash else _NOT_PROVED_BY_CODE
    throttle.was_right(service, counters, now)
    return ""


def _wait_words(wait: timedelta) -> str:
    minutes = throttle.in_minutes(wait)
    return f"That was wrong too often. Wait {minutes} minute{'s' if minutes > 1 else ''}, then try again."


def _word_of(fault: str) -> str:
    return "proof" if fault in {_NOT_PROVED, _NOT_PROVED_BY_CODE} else "wait"


def _mark(service: Service, person_id: str, code: str) -> str:
    return service.vault.mark(f"{person_id} {code}", "recovery codes")


def _purpose(person_id: str) -> str:
    return f"second factor {person_id}"


def _session_purpose(arrival: Arrival) -> str:
    return f"new second factor {arrival.principal.session}"
