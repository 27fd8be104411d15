"""Photos of 12 megapixels through the processes of a service: how many a minute with one and two, and their memory.

``python -m benchmarks.crew`` takes the same photo, with 20 faces, several times: opened and cleaned, then looked at with
vectors, as the API does. Times are of the wall, and those of a machine with fewer free cores than processes say little.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

from app.domain import Matching
from app.jobs import Processes, Turn, Work
from app.main import beside
from app.settings import Settings
from app.vision import models, tasks
from benchmarks.photo import HEIGHT, WIDTH, make_photo


def _begun(crew: Processes, job: Any, *given: Any) -> Future[Any]:
    work: Work[Any] = Work(job, lambda: given)
    crew.begin(work, Turn.BESIDE)
    return work.future


def _memory_mb(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(name))


def _cpu_s(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _workers() -> list[int]:
    stats = {
        int(one.parent.name): one.read_text().rpartition(")")[2].split() for one in Path("/proc").glob("[0-9]*/stat")
    }
    return [pid for pid, stat in stats.items() if int(stat[1]) == os.getpid()]


def _measured(settings: Settings, data: bytes, photos: int) -> str:
    start = time.perf_counter()
    crew = beside(settings)
    wait([_begun(crew, tasks.describe) for _ in range(settings.look_workers)])
    ready = time.perf_counter() - start
    idle = [_memory_mb(pid, "VmRSS") for pid in _workers()]
    before = sum(_cpu_s(pid) for pid in _workers())
    start = time.perf_counter()
    opened = [_begun(crew, tasks.open_and_clean, data) for _ in range(photos)]
    copies = [one.result().clean.data for one in opened]
    opening = time.perf_counter() - start
    looks = [_begun(crew, tasks.look, copy, (), Matching.DONE) for copy in copies]
    faces = {len(one.result().faces) for one in looks}
    took = time.perf_counter() - start
    cpu = sum(_cpu_s(pid) for pid in _workers()) - before
    peak, after = ([_memory_mb(pid, name) for pid in _workers()] for name in ("VmHWM", "VmRSS"))
    crew.close()
    return (
        f"workers={settings.look_workers}  ready={ready:.1f} s  opened={photos / opening:.2f}/s"
        f"  opened and looked at={60 * photos / took:.0f}/min  CPU={cpu / photos:.2f} s each  faces={sorted(faces)}"
        f"  memory (MB): idle={idle} peak={peak} afterwards={after}"
    )


def main() -> None:
    """Make the photo and measure with one process and with two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--models", type=Path, default=Path("data/models"))
    parser.add_argument("--photos", type=int, default=8)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.jpg"
        make_photo(photo, models.ready(chosen.models, chosen.shared), chosen.shared, 20)
        data = photo.read_bytes()
    print(
        f"{WIDTH} x {HEIGHT} px, {len(data) / 1e6:.1f} MB, {chosen.photos} times; {os.getloadavg()[0]:.1f} already busy"
    )
    for workers in (1, 2):
        settings = Settings(models_dir=chosen.models, shared=chosen.shared, look_workers=workers)
        print(_measured(settings, data, chosen.photos))


if __name__ == "__main__":
    main()
