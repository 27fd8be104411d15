"""Text-only POST /v1/vet over HTTP: requests per second, p50, p99 with 8 connections and one worker.

The peer in the same run is a bare FastAPI route on the same server that takes the same body and
answers a fixed report: what the web stack alone costs. Prints both and their ratio.

    .venv/bin/python -m benchmarks.http [--seconds 8] [--connections 8]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).parent.parent
SCHOOL = ROOT / "app" / "demo_school"
POSTS = [
    "Year 4 built a Roman road in the playground today and it held a bicycle! Well done to everyone who helped.",
    "Our choir sang at the town hall this morning. The audience clapped for a whole minute. What a treat!",
    "Hazel class planted forty sunflowers along the fence. Which one will be the tallest by July?",
    "Thank you to the parents who painted the library at the weekend. It looks wonderful.",
]
BARE = """
from fastapi import FastAPI, Request
app = FastAPI()
@app.post("/v1/vet")
def vet(body: dict) -> dict:
    return {"verdict": "approve", "findings": [], "text": {"weighted_length": len(body["text"])}}
"""


def free_port() -> int:
    """A port of the loopback nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def client(port: int, key: str, until: float, times: list[float], start: int) -> None:
    """One kept-alive connection that posts one draft after another."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = start
    while time.perf_counter() < until:
        body = json.dumps({"text": POSTS[count % len(POSTS)]}).encode()
        head = (
            f"POST /v1/vet HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        began = time.perf_counter()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"not a report: {answer[:200]!r}")
        length = next(
            int(line.split(b":")[1]) for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        times.append(time.perf_counter() - began)
        count += 1
    writer.close()


async def load(port: int, key: str, seconds: float, connections: int) -> tuple[float, float, float]:
    """Requests per second, p50 and p99 in milliseconds."""
    for warm_up in (1.0, seconds):
        times: list[float] = []
        began = time.perf_counter()
        await asyncio.gather(*(client(port, key, began + warm_up, times, start) for start in range(connections)))
        took = time.perf_counter() - began
    cuts = quantiles(times, n=100)
    return len(times) / took, cuts[49] * 1000, cuts[98] * 1000


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers, at most a minute."""
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit("the server stopped")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def measure(
    command: list[str], env: dict[str, str], port: int, key: str, arguments: argparse.Namespace
) -> tuple[float, float, float]:
    """Run a server, load it, stop it."""
    server = subprocess.Popen(
        command, cwd=env.get("SERVE_FROM", str(ROOT)), env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, server)
        return asyncio.run(load(port, key, arguments.seconds, arguments.connections))
    finally:
        server.terminate()
        server.wait(10)


def main() -> None:
    """Measure both and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--connections", type=int, default=8)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"FLEDGLING_DATA_DIR": folder, "FLEDGLING_MODELS_DIR": str(ROOT / ".cache" / "models")}
        run = [sys.executable, "-m", "app"]
        made = subprocess.run(
            [*run, "init", "--school", "Whitehouse Primary School", "--account", "whitehouseps"],
            cwd=ROOT,
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        key = next(line for line in made.stdout.splitlines() if line.startswith("fl_"))
        for kind in ("roster", "staff"):
            subprocess.run(
                [*run, "import", kind, str(SCHOOL / f"{kind}.csv")], cwd=ROOT, env=env, check=True, capture_output=True
            )
        port = free_port()
        ours = measure([*run, "serve", "--port", str(port)], env, port, key, arguments)
        (Path(folder) / "bare.py").write_text(BARE)
        port = free_port()
        bare_env = env | {"SERVE_FROM": folder}
        command = [sys.executable, "-m", "uvicorn", "bare:app", "--port", str(port), "--no-access-log"]
        bare = measure(command, bare_env, port, key, arguments)
    print(f"text-only POST /v1/vet, {arguments.connections} connections, one worker, 420 pupils")
    for name, (rate, p50, p99) in (("fledgling", ours), ("bare FastAPI route", bare)):
        print(f"  {name:20} {rate:7.0f} requests/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms")
    print(
        f"  a bare route answers {bare[0] / ours[0]:.1f} x as many; p50 is {ours[1] / bare[1]:.1f} x, p99 {ours[2] / bare[2]:.1f} x"
    )


if __name__ == "__main__":
    main()
