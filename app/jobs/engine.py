"""The job engine: DBOS (the open-source core), on the database of the data. Only ``app.jobs`` knows it.

Our own tables say what is to be done; the engine carries out. It is given ids and keeps nothing else, as JSON. Its
version is constant: with one made of the code, as is its custom, whatever waits would wait for ever after an update.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Database
from app.jobs import queues
from app.jobs.queues import Deed, Deeds, Job
from app.jobs.watch import EMBEDDED, Post, stand

if TYPE_CHECKING:
    from dbos import DBOSClient

_log = logging.getLogger(__name__)

_NAME, _VERSION, _LINE = "fledgling", "1", "jobs"
_MOST_BITS = 1000
_AT_ONCE = 4
_KEPT_DAYS = 2
_CLEAN = "clean"
_POLL_S = 0.5
_HELD = "SELECT 1 FROM {}workflow_status WHERE workflow_uuid = :id AND status IN ('DELAYED', 'ENQUEUED', 'PENDING')"
_HELD_IN_FILE, _HELD_ON_SERVER = text(_HELD.format("")), text(_HELD.format("dbos."))


class Engine:
    """Does jobs in this process until it is closed: one engine in a process, and on SQLite one on a file.

    ``deeds`` says what the jobs are; ``every`` names those that are done each so many seconds, by whoever comes first.
    SetUpError where another process stands in its place.
    """

    def __init__(
        self, database: Database, deeds: Deeds, *, every: Mapping[str, float] | None = None, name: str = ""
    ) -> None:
        self._database = database
        self._deeds: dict[str, Deed] = {**deeds, _CLEAN: self._clean}
        self._every = {**(every or {}), _CLEAN: 3600.0}
        self._post: Post = stand(database, name)
        self._ending = threading.Event()
        self._clock = threading.Thread(target=self._keep_time, name="schedule", daemon=True)

    @property
    def name(self) -> str:
        """Who this engine is among those that work: no two that live have one name."""
        return self._post.name

    def launch(self) -> None:
        """Begin: first what a process of this name left undone."""
        from dbos import DBOS  # takes a second to import: only who works or puts in line pays for it

        _quieten()
        DBOS(
            config={
                "name": _NAME,
                "system_database_url": _url_of(self._database),
                "application_version": _VERSION,
                "executor_id": self.name,
                "serializer": _serializer(),
                "log_level": "WARNING",
            }
        )
        for name, deed in self._deeds.items():
            _register(name, deed)
        DBOS.launch()
        DBOS.register_queue(
            _LINE, worker_concurrency=_AT_ONCE, polling_interval_sec=_POLL_S, on_conflict="always_update"
        )
        queues.attach(self._database, Client(self._database))
        self._post.watch(recover)
        self._clock.start()

    def close(self, *, patience_s: int = 5) -> None:
        """Finish the bits that are being done, if they take no longer than that, and leave the post."""
        from dbos import DBOS

        self._ending.set()
        queues.attach(self._database, None)
        self._post.stop_watching()
        if self._clock.is_alive():
            self._clock.join()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience_s)
        self._post.leave()

    def _keep_time(self) -> None:
        done: dict[str, int] = {}
        while not self._ending.is_set():
            for name, seconds in self._every.items():
                turn = int(time.time() // seconds)  # noqa: TID251 - the engine's own clock: which of its rounds it is
                if done.get(name) == turn:
                    continue
                with suppress(Exception):  # such as a database that is away: the next look tries again
                    with self._database.write() as session:
                        queues.put(session, Job(name, (), f"{name}:{int(seconds)}:{turn}"))
                    done[name] = turn
            self._ending.wait(1.0)

    def _clean(self) -> bool:
        """Forget jobs that were finished days ago."""
        from dbos import DBOS

        before = (datetime.now(UTC) - timedelta(days=_KEPT_DAYS)).isoformat()  # noqa: TID251 - the engine's own clock
        over = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
        old = DBOS.list_workflows(status=over, end_time=before, limit=500, load_input=False, load_output=False)
        if old:
            DBOS.delete_workflows([one.workflow_id for one in old])
        return len(old) == 500


class Client:
    """Puts jobs in line and does none: for web processes beside workers, and within the engine itself."""

    def __init__(self, database: Database) -> None:
        from dbos import DBOSClient

        _quieten()
        # Lazy: the transactions it is given are the only connections it ever uses.
        self._client: DBOSClient = DBOSClient(
            system_database_url=_url_of(database), serializer=_serializer(), lazy=True, application_name=_NAME
        )

    def put(self, session: Session, job: Job) -> None:
        """Have a job done once the transaction is committed."""
        options: dict[str, Any] = {"workflow_name": job.name, "queue_name": _LINE, "workflow_id": job.id}
        if job.delay_s > 0:
            options["delay_seconds"] = job.delay_s
        self._client.enqueue_in_transaction(session, options, *job.ids)  # type: ignore[arg-type]

    def holds(self, session: Session, job_id: str) -> bool:
        """Whether a job of that id waits, or is being done."""
        query = _HELD_ON_SERVER if session.get_bind().dialect.name == "postgresql" else _HELD_IN_FILE
        return session.execute(query, {"id": job_id}).first() is not None


def prepare(database: Database) -> None:
    """Make the engine's own tables, or bring them up to date."""
    from dbos import DBOS

    _quieten()
    DBOS.migrate(_url_of(database))


def recover(names: list[str]) -> None:
    """Put in line again what engines of these names, which are dead, had begun."""
    from dbos import DBOS

    DBOS._recover_pending_workflows(names)  # the open-source core has no public way; tests hold it to this one


def _register(name: str, deed: Deed) -> None:
    from dbos import DBOS

    @DBOS.step(name=f"{name}.bit")
    def bit(*ids: str | int) -> bool:
        try:
            return deed(*ids)
        except Exception as error:  # noqa: BLE001 - the data say what is undone; the trace could quote a draft
            _log.error("a job failed: %s (%s)", name, type(error).__name__)
            return False

    @DBOS.workflow(name=name, max_recovery_attempts=50)
    def workflow(*ids: str | int) -> None:
        for _ in range(_MOST_BITS):
            if not bit(*ids):
                return


def _serializer() -> Any:
    from dbos import Serializer

    class Json(Serializer):
        """JSON, and of anything that is not: its kind alone. DBOS's own way is to pickle, which can run code."""

        def serialize(self, data: Any) -> str:
            return json.dumps(data, default=lambda one: f"<{type(one).__name__}>")

        def deserialize(self, serialized_data: str) -> Any:
            return json.loads(serialized_data)

        def name(self) -> str:
            return "json"

    return Json()


def _url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def _quieten() -> None:
    """The engine is heard from warnings on, in the log that all write; by itself it prints them in a form of its own."""
    log = logging.getLogger("dbos")
    log.setLevel(logging.WARNING)
    log.handlers[:] = [logging.NullHandler()]  # where there is one, it adds none
    log.propagate = True


__all__ = ["EMBEDDED", "Client", "Engine", "prepare", "recover"]
