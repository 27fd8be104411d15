"""One photo of 12 megapixels with 20 faces: this engine against plain ``face_recognition``, in the same run.

``python -m benchmarks.photo`` pastes faces of the portraits inside installed wheels, and of the shared people where
they are present, on a sheet, writes it as JPEG, and gives it to each way in a process of its own: opening the file,
finding faces, vectors, distances to 20 known people. CPU seconds are of the whole process without imports and
loading of weights, which stand apart; memory is its peak, with imports and weights. Our way, once with each detector, includes judging sharpness and orientation; reading
words, which ``face_recognition`` does not do, stands on a line of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from app.domain import Matching
from app.vision import Engine, Gallery, Sight, models, recognise, see
from app.vision.detect import Rgb
from app.vision.pixels import open_photo
from app.vision.reading import read_words

WIDTH, HEIGHT, FACE_PX, KNOWN = 4000, 3000, 120, 20
DETECTORS = ("yunet+centerface", "yunet", "centerface")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one way took."""

    way: str
    faces: int
    start_s: float
    cpu_s: float
    wall_s: float
    peak_mb: float


def portraits(shared: Path) -> Iterator[Rgb]:
    """Pictures of one person each: two from wheels, the rest from the shared people."""
    paths = [_inside("skimage", "data/astronaut.png"), _inside("matplotlib", "mpl-data/sample_data/grace_hopper.jpg")]
    manifest = shared / "data" / "faces" / "manifest.json"
    if manifest.is_file():
        paths += [manifest.parent / line["file"] for line in json.loads(manifest.read_text()) if "person" in line]
    for path in paths:
        yield np.asarray(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB), np.uint8)


def _inside(package: str, path: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise SystemExit(f"{package} is not installed (dependency group demo)")
    return Path(next(iter(spec.submodule_search_locations))) / path


def make_photo(path: Path, engine: Engine, shared: Path, count: int) -> None:
    """Writes the JPEG: so many faces of 120 px with their surroundings, in rows on a soft background."""
    faces = []
    for rgb in portraits(shared):
        certain = [found for found in engine.detector.detect(rgb) if found.certain]
        if len(certain) == 1:
            faces.append(
                _head(rgb, certain[0].box.left, certain[0].box.top, certain[0].box.right, certain[0].box.bottom)
            )
    noise = np.random.default_rng(1).integers(90, 170, (HEIGHT // 50, WIDTH // 50, 3), np.uint8)
    sheet = cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    across = -(-count // 4)
    for number in range(count):
        head = faces[number * len(faces) // count % len(faces)]
        left = (number % across) * WIDTH // across + 40
        top = (number // across) * HEIGHT // 4 + 150
        sheet[top : top + head.shape[0], left : left + head.shape[1]] = head
    cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])


def _head(rgb: Rgb, left: int, top: int, right: int, bottom: int) -> Rgb:
    around = (bottom - top) // 2
    cut = rgb[max(0, top - around) : bottom + around, max(0, left - around) : right + around]
    scale = FACE_PX / (bottom - top)
    size = (round(cut.shape[1] * scale), round(cut.shape[0] * scale))
    return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), np.uint8)


def ours(photo: Path, models_dir: Path, shared: Path, detector: str) -> Measured:
    """``see`` and ``recognise`` with everything the gate asks of them, but words; the reader is loaded all the same."""
    start = time.process_time()
    makers = models.detectors(models_dir, shared)
    full = models.ready(models_dir, shared)
    engine = Engine(makers[detector](), full.embedder)
    engine.detector.glance(np.zeros((64, 64, 3), np.uint8))
    ready = time.process_time() - start

    def run() -> int:
        seen = see(open_photo(photo.read_bytes()), engine, Matching.DONE)
        known = np.random.default_rng(2).normal(0, 0.1, (KNOWN, 128)).astype(np.float32)
        gallery = Gallery(engine.name, {str(number): row[None] for number, row in enumerate(known)})
        return len(recognise(seen, gallery, Matching.DONE, Sight()).faces)

    return _timed(f"this engine ({engine.full_name})", run, ready)


def plain(photo: Path, _: Path, __: Path) -> Measured:
    """``face_recognition`` as its README shows it: HOG, the picture enlarged once, encodings, distances."""
    start = time.process_time()
    import face_recognition

    ready = time.process_time() - start

    def run() -> int:
        rgb = face_recognition.load_image_file(str(photo))
        vectors = face_recognition.face_encodings(rgb, face_recognition.face_locations(rgb))
        known = list(np.random.default_rng(2).normal(0, 0.1, (KNOWN, 128)))
        for vector in vectors:
            face_recognition.compare_faces(known, vector)
        return len(vectors)

    return _timed("plain face_recognition", run, ready)


def words(photo: Path, _: Path, __: Path) -> Measured:
    """The words of the same photo, which has none."""
    start = time.process_time()
    reader = models.reader()
    ready = time.process_time() - start
    if reader is None:
        return Measured("reading words: no reader", 0, ready, 0, 0, 0)
    return _timed("reading words", lambda: len(read_words(open_photo(photo.read_bytes()), reader)), ready)


def _timed(way: str, run: Callable[[], int], ready_s: float) -> Measured:
    cpu, wall = time.process_time(), time.perf_counter()
    faces = run()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Measured(way, faces, ready_s, cpu, wall, _peak_mb())


def _peak_mb() -> float:
    """The most memory this process ever held; Linux's own figure is not inherited from the parent."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _in_own_process(way: Callable[..., Measured], *given: Any) -> Measured:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(way, *given).result()


def main() -> None:
    """Makes the photo, measures each way, prints a line each and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--models", type=Path, default=Path("data/models"))
    parser.add_argument("--faces", type=int, default=20)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.jpg"
        make_photo(photo, models.ready(chosen.models, chosen.shared), chosen.shared, chosen.faces)
        print(f"{WIDTH} x {HEIGHT} px, {chosen.faces} faces of {FACE_PX} px, {photo.stat().st_size / 1e6:.1f} MB")
        given = (photo, chosen.models, chosen.shared)
        found = [name for name in DETECTORS if name in models.detectors(chosen.models, chosen.shared)]
        mine = [_in_own_process(ours, *given, name) for name in found]
        theirs = _in_own_process(plain, *given)
        results = [*mine, _in_own_process(words, *given), theirs]
    for one in results:
        values = {name: round(value, 2) if isinstance(value, float) else value for name, value in asdict(one).items()}
        print("  ".join(f"{name}={value}" for name, value in values.items()))
    for one in mine:
        print(
            f"{one.way}: plain face_recognition takes {theirs.cpu_s / one.cpu_s:.1f} times as much CPU, "
            f"{theirs.peak_mb / one.peak_mb:.2f} times as much memory; ours is {one.peak_mb:.0f} MB at its peak"
        )


if __name__ == "__main__":
    main()
