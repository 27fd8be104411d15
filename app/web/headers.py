"""Headers that keep a browser from doing more with an answer than show it."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",  # blob: the photo that was just chosen, before it is sent
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""The content security policy of every page: nothing inline, nothing from elsewhere, in nobody's frame."""

UNUSED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media"),
    *("fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer"),
    *("microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial", "usb"),
    "xr-spatial-tracking",
)
"""What Chromium offers and no page uses; it warns of names that it does not know (tests/browser). Choosing a photo opens the phone's camera by itself and needs none of it."""

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "x-robots-tag": "noindex, nofollow",
}
"""The headers of every answer."""

HSTS = "max-age=63072000; includeSubDomains"
"""Two years. Sent only where the service's own address is https: it would lock out a school without TLS."""

STATIC_AGE = "public, max-age=300, must-revalidate"
"""Styles and scripts: old for five minutes at most after an upgrade, then asked for by their ETag."""


class SafeHeaders:
    """ASGI middleware: nothing inline or foreign, no sniffing, no referrer, no frames, nothing kept in caches."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on and add the headers to its answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _headers_of(scope, message["status"]).items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] != "http":
            await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, with_headers)


def _headers_of(scope: Scope, status: int) -> dict[str, str]:
    secure = _behind_tls(scope)
    policy = dict(POLICY) | ({"upgrade-insecure-requests": ""} if secure else {})
    kept = scope["path"].startswith("/static/") and status in {200, 304}
    return {
        **ALWAYS,
        "content-security-policy": _written(policy),
        "cache-control": STATIC_AGE if kept else "no-store",
        **({"strict-transport-security": HSTS} if secure else {}),
    }


def _behind_tls(scope: Scope) -> bool:
    service = getattr(scope["app"].state, "service", None)
    return service is not None and service.settings.public_url.lower().startswith("https:")


def _written(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}".strip() for name, value in policy.items())
