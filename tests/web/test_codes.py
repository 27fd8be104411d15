"""Codes of an app and recovery codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp

from app.policy.reading import _ROLES
from app.web import codes
from app.web.security import ROLES

NOW = datetime(2026, 11, 22, 9, 30, 7, tzinfo=UTC)


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B (SHA-1), cut to six figures."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for second, code in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert codes.step_of(secret, code, datetime.fromtimestamp(second, UTC)) == second // 30


def test_a_clock_may_be_wrong_by_a_step() -> None:
    secret = codes.new_secret()
    code, step = pyotp.TOTP(secret).at(NOW), int(NOW.timestamp()) // 30
    for wrong_by, found in ((-60, None), (-30, step), (0, step), (30, step), (60, None)):
        assert codes.step_of(secret, code, NOW + timedelta(seconds=wrong_by)) == found


def test_recovery_codes_are_many_and_read_however_they_are_typed() -> None:
    made = codes.new_recovery_codes()
    assert len(set(made)) == codes.RECOVERY_CODES
    assert all(len(codes.fold_recovery_code(code)) == 12 for code in made)
    assert codes.fold_recovery_code(" ABCD\u2013efgh 2345") == "abcdefgh2345"


def test_a_key_is_written_in_groups_and_as_a_picture() -> None:
    assert codes.in_groups("ABCDEFGHIJ") == "ABCD EFGH IJ"
    address = codes.address_of("A" * 32, "r.lane@whitehouse.example", "Whitehouse & Sons")
    assert pyotp.parse_uri(address).name == "r.lane@whitehouse.example"
    picture = codes.picture_of(address)
    assert picture.startswith("<svg")
    assert "style" not in picture


def test_a_policy_knows_the_roles_that_there_are() -> None:
    assert set(_ROLES) == set(ROLES)
