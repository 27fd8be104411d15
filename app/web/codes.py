"""Codes beside the password: those that an app makes from a shared secret (TOTP, RFC 6238), and recovery codes."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime

import pyotp
import segno

STEP_S = 30
DRIFT = 1
"""How many steps a phone's clock may be wrong, either way."""

RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that looks like another
_GROUPS, _GROUP = 3, 4
_DIGITS = re.compile("[0-9]{6}")


def new_secret() -> str:
    """A secret for an app, in base32."""
    return pyotp.random_base32()


def in_groups(secret: str) -> str:
    """A secret in groups of four, to be typed."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def address_of(secret: str, email: str, school: str) -> str:
    """What the picture says to the app: the secret, and what to call it."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"Fledgling {school}")


def picture_of(address: str) -> str:
    """The QR code as SVG markup, without styles, black on white whatever the page's colours are."""
    return segno.make_qr(address).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The time step whose code was typed, blanks aside; None where it is none of those that count now."""
    code = "".join(typed.split())
    if not _DIGITS.fullmatch(code):
        return None
    app, present = pyotp.TOTP(secret, interval=STEP_S), int(now.timestamp()) // STEP_S
    steps = range(present - DRIFT, present + DRIFT + 1)
    # All are compared, each in constant time, so that the time taken does not tell which was near.
    fitting = [step for step in steps if hmac.compare_digest(app.generate_otp(step), code)]
    return max(fitting, default=None)


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes of twelve letters and figures in three groups (59 bits each)."""
    return tuple(
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    )


def fold_recovery_code(typed: str) -> str:
    """A recovery code as it is compared: case, blanks and hyphens do not matter."""
    return re.sub(r"[\s\-\u2010-\u2015]", "", typed).lower()
