"""Traces for a collector that the settings name: which route answered what and how fast, which job ran. Nothing else goes out.

No path, query, id, header or text is in a trace, nor what an error says. Traces are sent by a thread of their own, by OTLP
over HTTP; where the collector is slow or away they are dropped, and nobody waits for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from app import __version__
from app.errors import SetUpError
from app.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

_TRACES = "/v1/traces"
_TIMEOUT_S = 5.0
_EVERY_MS = 5_000
_MOST_WAITING = 2_048
_PATIENCE_S = 2.0
_QUIET = frozenset({"/livez", "/readyz", "/metrics", "/static"})
"""What is asked for all day and tells nothing while it works."""


class Telemetry:
    """Sends what this process did. ``endpoint`` is the collector's address, with or without ``/v1/traces``."""

    def __init__(self, endpoint: str, headers: dict[str, str]) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # half a second
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        exporter = OTLPSpanExporter(endpoint=_address(endpoint), headers=headers, timeout=_TIMEOUT_S)
        sender = BatchSpanProcessor(exporter, max_queue_size=_MOST_WAITING, schedule_delay_millis=_EVERY_MS)
        resource = Resource.create({"service.name": "fledgling", "service.version": __version__})
        self._provider: TracerProvider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(sender)
        self._tracer: Tracer = self._provider.get_tracer("fledgling", __version__)

    def request(self, method: str, route: str, status: int, took_s: float) -> None:
        """A request that was just answered."""
        from opentelemetry.trace import SpanKind

        told: dict[str, str | int] = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
        }
        self._tell(f"{method} {route}", SpanKind.SERVER, told, took_s, failed=str(status) if status >= 500 else "")

    def job(self, name: str, took_s: float, error: str) -> None:
        """A bit of a job that was just done. ``error`` is the kind of what it raised, if it did."""
        from opentelemetry.trace import SpanKind

        self._tell(f"job {name}", SpanKind.CONSUMER, {"fledgling.job": name}, took_s, failed=error)

    def _tell(self, name: str, kind: Any, told: dict[str, str | int], took_s: float, *, failed: str) -> None:
        from opentelemetry.context import Context
        from opentelemetry.trace import StatusCode

        ended_ns = time.time_ns()
        began_ns = ended_ns - int(took_s * 1e9)
        more: dict[str, str | int] = {"error.type": failed} if failed else {}
        span = self._tracer.start_span(name, Context(), kind, {**told, **more}, start_time=began_ns)
        if failed:
            span.set_status(StatusCode.ERROR)
        span.end(ended_ns)

    def close(self) -> None:
        """Send what waits, for some seconds at most."""
        ending = threading.Thread(target=self._provider.shutdown, name="telemetry ends", daemon=True)
        ending.start()
        ending.join(_PATIENCE_S)


_current: Telemetry | None = None


def begin(settings: Settings) -> None:
    """From now on this process sends traces, if the settings name a collector. SetUpError where its headers are none."""
    global _current
    if settings.otlp_endpoint and _current is None:
        secret = settings.otlp_headers.get_secret_value() if settings.otlp_headers else ""
        _current = Telemetry(settings.otlp_endpoint, _headers(secret))


def end() -> None:
    """Not any more."""
    global _current
    ended, _current = _current, None
    if ended is not None:
        ended.close()


def answered(method: str, route: str, status: int, took_s: float) -> None:
    """Tell of a request; what fails in telling is nobody's trouble."""
    if _current is not None and not (route in _QUIET and status < 400):
        with suppress(Exception):
            _current.request(method, route, status, took_s)


def job(name: str, deed: Callable[..., bool], *ids: str | int) -> bool:
    """Do the next bit of a job, and tell of it by its name alone."""
    if _current is None:
        return deed(*ids)
    began, error = time.perf_counter(), ""
    try:
        return deed(*ids)
    except Exception as raised:
        error = type(raised).__name__
        raise
    finally:
        if (now := _current) is not None:
            with suppress(Exception):
                now.job(name, time.perf_counter() - began, error)


def _address(endpoint: str) -> str:
    bare = endpoint.rstrip("/")
    return bare if bare.endswith(_TRACES) else bare + _TRACES


def _headers(written: str) -> dict[str, str]:
    """``name=value,name=value`` as a dictionary."""
    pairs = [one.partition("=") for one in written.split(",") if one.strip()]
    if not all(name.strip() and sign for name, sign, _ in pairs):
        raise SetUpError("FLEDGLING_OTLP_HEADERS is not of the form name=value,name=value.")
    return {name.strip(): value.strip() for name, _, value in pairs}
