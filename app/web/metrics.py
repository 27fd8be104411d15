"""Numbers for Prometheus: what this process did, and what the database holds when it is asked.

No label is about a person: routes as the code has them, rules, states, and the short names of schools.
"""

from __future__ import annotations

import hmac
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy.orm import Session
from starlette.requests import Request

from app import __version__
from app.errors import FledglingError, NotFound, NotSignedIn
from app.integrations.x import ALLOWANCES
from app.jobs import Crew
from app.jobs.crew import Turn, Work
from app.store import counting
from app.web.service import Service

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

PROCESS = CollectorRegistry()
"""What this process counts by itself."""

_REQUESTS = Counter(
    "fledgling_requests", "Requests answered by this process.", ("method", "route", "status"), registry=PROCESS
)
_SECONDS = Histogram(
    "fledgling_request_seconds",
    "How long requests took.",
    ("route",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=PROCESS,
)
_PHOTO_SECONDS = Histogram(
    "fledgling_photo_seconds",
    "How long a photo took to be opened, looked at or covered, its wait for a turn included.",
    ("task",),
    buckets=(0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60),
    registry=PROCESS,
)
_PHOTO_FAILURES = Counter(
    "fledgling_photo_failures", "Photos that could not be looked at.", ("task",), registry=PROCESS
)

_FROM_ELSEWHERE = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def answered(method: str, route: str, status: int, took_s: float) -> None:
    """Count a request."""
    _REQUESTS.labels(method, route, str(status)).inc()
    _SECONDS.labels(route).observe(took_s)


class Timed:
    """A crew whose jobs are timed by what they are."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    def begin(self, work: Work[Any], turn: Turn) -> None:
        """Take the job on."""
        task, began = work.function.__name__, time.perf_counter()

        def ended(future: Future[Any]) -> None:
            _PHOTO_SECONDS.labels(task).observe(time.perf_counter() - began)
            if future.cancelled() or not isinstance(future.exception(), FledglingError | None):
                _PHOTO_FAILURES.labels(task).inc()

        work.future.add_done_callback(ended)
        self._crew.begin(work, turn)

    def close(self) -> None:
        """End what is being done."""
        self._crew.close()


# ---------------------------------------------------------------- the door


def check_door(service: Service, request: Request) -> None:
    """With the token of the settings, or where there is none from this machine itself; nobody else learns that it is there.

    NotSignedIn, or NotFound.
    """
    token = service.settings.metrics_token
    if token is not None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        wanted = token.get_secret_value().encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), wanted):
            raise NotSignedIn("This needs the token of FLEDGLING_METRICS_TOKEN.")
        return
    here = request.client is not None and request.client.host in _LOOPBACK
    if not here or any(name in request.headers for name in _FROM_ELSEWHERE):
        raise NotFound("Not found.")


def written(service: Service, tally: Tally) -> bytes:
    """All numbers, as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(_Held(service, tally))
    return generate_latest(PROCESS) + generate_latest(registry)


# ---------------------------------------------------------------- what the database holds


class Tally:
    """Counts verdicts and their findings as they are stored, whichever process made them, from when it was made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: str | None = None
        self.answers: dict[str, int] = {}
        self.findings: dict[tuple[str, str], int] = {}

    def go_on(self, service: Service, session: Session) -> None:
        """Count what was stored since the last time."""
        now = service.clock()
        with self._lock:
            if self._seen is None:
                self._seen = counting.verdicts_before(now)
            self._seen, answers, findings = counting.verdicts_since(session, self._seen, now)
            for answer, count in answers.items():
                self.answers[answer] = self.answers.get(answer, 0) + count
            for finding, count in findings.items():
                self.findings[finding] = self.findings.get(finding, 0) + count


class _Held:
    """Asks the database once a scrape, in one snapshot."""

    def __init__(self, service: Service, tally: Tally) -> None:
        self._service = service
        self._tally = tally

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked for when it is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The numbers; where the database cannot be reached, that alone."""
        yield _gauge("fledgling_build_info", "The version that runs.", {__version__: 1}, "version")
        yield _one("fledgling_disk_free_bytes", "Room left in the data folder.", _free_bytes(self._service))
        yield _of_x(self._service)
        try:
            with self._service.database.read() as session:
                self._tally.go_on(self._service, session)
                found = [*_of_queues(self._service, session), *_of_jobs(self._service, session)]
        except FledglingError:
            yield _one("fledgling_database_up", "Whether the database answers.", 0)
            return
        yield _one("fledgling_database_up", "Whether the database answers.", 1)
        yield from found
        yield from _of_verdicts(self._tally)


def _of_queues(service: Service, session: Session) -> Iterator[Metric]:
    now = service.clock()
    drafts = GaugeMetricFamily("fledgling_queue_drafts", "Drafts that wait for an approver.", labels=["school"])
    oldest = GaugeMetricFamily(
        "fledgling_queue_oldest_seconds", "How long the oldest of them has waited.", labels=["school"]
    )
    for queue in counting.queues(session):
        drafts.add_metric([queue.school], queue.drafts)
        waited_s = (now - queue.oldest_at).total_seconds() if queue.oldest_at else 0
        oldest.add_metric([queue.school], max(0, waited_s))
    yield drafts
    yield oldest


def _of_jobs(service: Service, session: Session) -> Iterator[Metric]:
    now, idle = service.clock(), timedelta(minutes=service.settings.idle_minutes)
    yield _gauge("fledgling_publications", "Approved drafts by state.", counting.publications(session), "state")
    yield _gauge("fledgling_publication_problems", "What holds them.", counting.problems(session), "problem")
    yield _one("fledgling_publications_overdue", "Due for five minutes, not held.", counting.overdue(session, now))
    yield _one("fledgling_publications_rate_limited", "Waiting for X's limit.", counting.waiting_for_rate(session))
    held = {word or "by-a-person": count for word, count in counting.held(session).items()}
    yield _gauge("fledgling_schools_held", "Schools whose publishing is held, by why.", held, "problem")
    yield _one("fledgling_x_no_credit_schools", "Schools held for want of credit at X.", held.get("no-credit", 0))
    trouble = counting.connections_in_trouble(session)
    yield _one("fledgling_x_connections_in_trouble", "Accounts that must be connected again.", trouble)
    yield _gauge("fledgling_deliveries", "Tellings of webhooks by state.", counting.deliveries(session), "state")
    yield _one("fledgling_events_unhanded", "Events not yet given to delivery.", counting.events_unhanded(session))
    yield _gauge("fledgling_mails", "Mails by state.", counting.mails(session), "state")
    yield _one("fledgling_sessions_open", "Sessions that hold.", counting.sessions_open(session, now, idle))


def _of_x(service: Service) -> Metric:
    family = GaugeMetricFamily(
        "fledgling_x_calls_left",
        "Calls that X still allows in the window of now, as it last told this process.",
        labels=["account", "call"],
    )
    for (account, call), left in sorted(ALLOWANCES.at(service.clock()).items()):
        family.add_metric([account, call], left)
    return family


def _of_verdicts(tally: Tally) -> Iterator[Metric]:
    verdicts = CounterMetricFamily("fledgling_verdicts", "Verdicts stored since this process began.", labels=["answer"])
    for answer, count in sorted(tally.answers.items()):
        verdicts.add_metric([answer], count)
    yield verdicts
    findings = CounterMetricFamily(
        "fledgling_findings", "Verdicts with a finding of that rule, likewise.", labels=["rule", "outcome"]
    )
    for (rule, outcome), count in sorted(tally.findings.items()):
        findings.add_metric([rule, outcome], count)
    yield findings


def _gauge(name: str, told: str, found: Mapping[str, int], label: str) -> Metric:
    family = GaugeMetricFamily(name, told, labels=[label])
    for word, count in sorted(found.items()):
        family.add_metric([word], count)
    return family


def _one(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


def _free_bytes(service: Service) -> float:
    try:
        return shutil.disk_usage(service.settings.data_dir).free
    except OSError:
        return 0
