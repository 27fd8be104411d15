"""Photos per second that workers on PostgreSQL look at, with the real face engine: two against one.

Approved drafts with a photo each were vetted by another engine, so that every worker (``python -m app worker``, one process
beside it for photos) has to look at each photo again before it goes out, which is a dry run. Counted is from when a quarter is
done, as all have loaded their engines by then, to the last.

    .venv/bin/python -m benchmarks.photo_workers --postgres URL [--photos 48]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np

from app import desk, publishing
from app.desk import Deciding
from app.domain import Draft
from app.founding import found_school, prepare
from app.jobs import Here
from app.jobs.engine import Client
from app.jobs.queues import attach
from app.main import open_service, the_time
from app.publishing import people, planning
from app.settings import Settings
from app.store import Store, drafts, publications
from app.store.publications import State
from app.store.verdicts import DecisionKind
from app.vetting import vet
from app.vision import paper
from app.web.schoolwork import register_of
from app.web.service import Service
from benchmarks.load import ROOT, environment
from benchmarks.photo import portraits
from benchmarks.places import place

LONG_SIDE_PX = 1600
_DONE = frozenset(State) - {State.WAITING, State.POSTING}
_LAST_S = 600.0


def pictures(shared: Path, count: int) -> Iterator[bytes]:
    """So many JPEGs of 1,600 px, no two the same: the shared scenes with several people, or portraits from wheels."""
    manifest = shared / "data" / "faces" / "manifest.json"
    if manifest.is_file():
        files = [manifest.parent / one["file"] for one in json.loads(manifest.read_text()) if "boxes" in one]
        shown = [cv2.imread(str(one)) for one in files[:12]]
    else:
        shown = [cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR) for rgb in portraits(shared)]
    for number in range(count):
        picture = np.array(shown[number % len(shown)])
        scale = LONG_SIDE_PX / max(picture.shape[:2])
        picture = cv2.resize(picture, (round(picture.shape[1] * scale), round(picture.shape[0] * scale)))
        picture[:8, :8] = number % 256  # no two files of one digest
        picture[8:16, :8] = number // 256
        yield cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


def measure(settings: Settings, workers: int, photos: int) -> float:
    """Photos a second by so many workers."""
    prepare(settings)
    service = open_service(settings, crew=Here(paper.engine))
    school, _ = found_school(service, "Whitehouse", "whitehouseps", by="test", now=the_time())
    with service.database.write() as session:
        people.pause(Store(session, school.id), "Until all are ready.", by="test", now=the_time())
    for number, data in enumerate(pictures(settings.shared, photos)):
        _approve(service, school.id, number, data)
    with ExitStack() as stack:
        for number in range(workers):
            stack.enter_context(_worker(settings, f"worker-{number}"))
        attach(service.database, Client(service.database))  # as web processes do
        with service.database.write() as session:
            planning.go_on(Store(session, school.id), by="test", now=the_time())
        at = _all_done(service, school.id, photos)
    service.close()
    first = photos // 4
    return (photos - first) / (at[-1] - at[first - 1]).total_seconds()


def _approve(service: Service, school_id: str, number: int, data: bytes) -> None:
    now = the_time()
    taken = desk.take(service.eyes, data, file_name="a.jpg", alt_text="Children in the playground")
    service.files.put(taken.clean.sha256, taken.clean.data)
    draft = Draft(f"We planted {number} bulbs.", (taken.upload.photo,), "whitehouseps", author="author")
    register = register_of(service, school_id)
    vetted = vet(draft, [taken.submitted], register.snapshot(now), service.eyes, register.policy, now)
    with service.database.write() as session:
        store = Store(session, school_id)
        draft_id = desk.submit(store, draft, [taken], vetted, kind="key", now=now)
        deciding = Deciding(DecisionKind.APPROVE, drafts.get(store, draft_id).digest, "")
        desk.decide(store, draft_id, deciding, by="approver", now=now)
        publishing.after_decision(store, draft_id, register.policy, by="approver", now=now)


@contextmanager
def _worker(settings: Settings, name: str) -> Iterator[None]:
    env = environment(
        FLEDGLING_DATA_DIR=str(settings.data_dir),
        FLEDGLING_DATABASE_URL=settings.database_url,
        FLEDGLING_LOOK_WORKERS="1",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "worker", "--name", name],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if line.startswith("Working as"):
                break
        else:
            raise SystemExit("the worker did not start")
        yield
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def _all_done(service: Service, school_id: str, photos: int) -> list[datetime]:
    """When each was done, once all are."""
    until = time.monotonic() + _LAST_S
    while time.monotonic() < until:
        with service.database.read() as session:
            page = publications.listed(Store(session, school_id), list(_DONE), limit=photos)
        if len(page.items) == photos:
            return sorted(one.updated_at for one in page.items)
        time.sleep(0.2)
    raise SystemExit(f"{photos - len(page.items)} of {photos} photos were not looked at in time")


def main() -> None:
    """Print photos a second with one and with two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", required=True, help="A server's URL.")
    parser.add_argument("--photos", type=int, default=48)
    given = parser.parse_args()
    rates = []
    for workers in (1, 2):
        with place(given.postgres) as settings:
            rates.append(measure(settings, workers, given.photos))
        print(f"{workers} at work: {rates[-1]:.2f} photos/s")
    print(f"two against one: {rates[1] / rates[0]:.2f}")


if __name__ == "__main__":
    main()
