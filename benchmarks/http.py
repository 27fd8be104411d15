"""Text-only POST /v1/vet over HTTP: requests per second, p50, p99 with 8 connections and one worker.

The peer in the same run is a bare FastAPI route on the same server that takes the same body and
answers a fixed report: what the web stack alone costs. Prints both and their ratio.

    .venv/bin/python -m benchmarks.http [--seconds 8] [--connections 8]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.load import ROOT, Asked, environment, load, server, serving

SCHOOL = ROOT / "app" / "demo_school"
BARE = """
from fastapi import FastAPI, Request
app = FastAPI()
@app.post("/v1/vet")
def vet(body: dict) -> dict:
    return {"verdict": "approve", "findings": [], "text": {"weighted_length": len(body["text"])}}
"""


def school(env: Mapping[str, str]) -> str:
    """The demo school, made by the commands; its key."""
    run = [sys.executable, "-m", "app"]
    made = subprocess.run(
        [*run, "init", "--school", "Whitehouse Primary School", "--account", "whitehouseps"],
        cwd=ROOT,
        env=dict(env),
        check=True,
        capture_output=True,
        text=True,
    )
    for kind in ("roster", "staff"):
        subprocess.run(
            [*run, "import", kind, str(SCHOOL / f"{kind}.csv")],
            cwd=ROOT,
            env=dict(env),
            check=True,
            capture_output=True,
        )
    return next(line for line in made.stdout.splitlines() if line.startswith("fl_"))


def main() -> None:
    """Measure both and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--connections", type=int, default=8)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = environment(FLEDGLING_DATA_DIR=folder)
        asked = Asked("/v1/vet", [school(env)])
        with server(serving, env) as (port, _):
            ours = load(port, asked, seconds=given.seconds, connections=given.connections)
        (Path(folder) / "bare.py").write_text(BARE)
        with server(
            lambda port: [sys.executable, "-m", "uvicorn", "bare:app", "--port", str(port), "--no-access-log"],
            env | {"SERVE_FROM": folder},
        ) as (port, _):
            bare = load(port, asked, seconds=given.seconds, connections=given.connections)
    print(f"text-only POST /v1/vet, {given.connections} connections, one worker, 420 pupils")
    for name, speed in (("fledgling", ours), ("bare FastAPI route", bare)):
        print(f"  {name:20} {speed.rate:7.0f} requests/s   p50 {speed.p50_ms:6.1f} ms   p99 {speed.p99_ms:6.1f} ms")
    print(
        f"  a bare route answers {bare.rate / ours.rate:.1f} x as many; p50 is {ours.p50_ms / bare.p50_ms:.1f} x,"
        f" p99 {ours.p99_ms / bare.p99_ms:.1f} x"
    )


if __name__ == "__main__":
    main()
