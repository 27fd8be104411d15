"""Publication permissions: which column asks about what, and what an answer means."""

from __future__ import annotations

import pytest

from app.integrations.permissions import Given, channel_of, parse_answer, read_permissions
from app.integrations.sheets import Problem, has_errors

UPN = "B823403726001"


@pytest.mark.parametrize(
    ("heading", "channel"),
    [
        ("Social Media", "social-media"),
        ("Photos on Social Media (Twitter, Facebook)", "social-media"),
        ("Twitter/X", "social-media"),
        ("X", "social-media"),
        ("School Website", "website"),
        ("Photographs on web site", "website"),
        ("Local Press", "press"),
        ("Media", "press"),
        ("Newsletter", "newsletter"),
        ("Prospectus", "prospectus"),
        ("Corridor display", "display"),
        ("Photograph Student", "photographs"),
        ("Photo Consent", "photographs"),
        ("Use of image", "photographs"),
        ("Sex", None),
        ("Date of Photo Consent", None),
        ("Social media: recorded by", None),
        ("Surname", None),
    ],
)
def test_channels(heading: str, channel: str | None) -> None:
    assert channel_of(heading) == channel


@pytest.mark.parametrize("cell", ["Y", "yes", "TRUE", "t", "1", "✓", "Granted", "Received", "given", "Yes."])
def test_yes(cell: str) -> None:
    assert parse_answer(cell) == (Given.GRANTED, "")


@pytest.mark.parametrize("cell", ["N", "no", "FALSE", "f", "0", "Refused", "Not Granted", "Withdrawn", "declined"])
def test_no(cell: str) -> None:
    assert parse_answer(cell) == (Given.REFUSED, "")


@pytest.mark.parametrize("cell", ["", "Pending", "Requested", "not answered", "No response", "not yet returned", "-"])
def test_not_yet(cell: str) -> None:
    assert parse_answer(cell) == (Given.NOT_ANSWERED, "")


@pytest.mark.parametrize("cell", ["maybe", "yes but not face-on", "Yes (website only)", "X", "2", "=TRUE()"])
def test_what_is_not_understood_is_never_a_yes(cell: str) -> None:
    given, doubt = parse_answer(cell)
    assert given is Given.NOT_ANSWERED
    assert doubt


@pytest.mark.parametrize("cell", ["No - see file", "Not on Twitter", "Opted out", "don’t", "Objects"])
def test_what_reads_like_a_no_is_one(cell: str) -> None:
    given, doubt = parse_answer(cell)
    assert given is Given.REFUSED
    assert doubt


@pytest.mark.parametrize(
    ("header", "cells", "given"),
    [
        ("Social Media", "Y", Given.GRANTED),
        ("Social Media", "N", Given.REFUSED),
        ("Social Media", "", Given.NOT_ANSWERED),
        ("Website", "Y", Given.NOT_ANSWERED),
        ("Website", "N", Given.REFUSED),
        ("Photograph Student", "Y", Given.NOT_ANSWERED),
        ("Photograph Student", "N", Given.REFUSED),
        ("Twitter,Photo Consent", "Y,N", Given.REFUSED),
        ("Twitter,Press", "Y,N", Given.REFUSED),
        ("Twitter,Newsletter", "Y,N", Given.GRANTED),
        ("Twitter,Website", "Y,", Given.GRANTED),
        ("Twitter,Social Media", "Y,", Given.NOT_ANSWERED),
        ("Twitter,Social Media", "Y,N", Given.REFUSED),
    ],
)
def test_which_answer_governs_posts(header: str, cells: str, given: Given) -> None:
    sheet = read_permissions(f"UPN,{header}\n{UPN},{cells}\n".encode())
    assert [row.social_media for row in sheet.rows] == [given]
    assert sheet.problems == ()


def test_rows_of_one_pupil_are_folded_and_any_no_holds() -> None:
    rows = (f"{UPN},Mo,Y", f"{UPN},Fa,N", "C823407426002,Mo,Y", "C823407426002,Fa,", "D823407426002,Mo,Y")
    sheet = read_permissions("\n".join(["UPN,Contact,Twitter", *rows, "D823407426002,Fa,Y"]).encode())
    assert [(row.social_media, row.line) for row in sheet.rows] == [
        (Given.REFUSED, 2),
        (Given.NOT_ANSWERED, 4),
        (Given.GRANTED, 6),
    ]
    assert [(problem.line, problem.warning) for problem in sheet.problems] == [(3, True), (5, True)]
    assert "a no among them holds" in sheet.problems[0].detail


@pytest.mark.parametrize("again", ["Y", "N", ""])
def test_a_upn_that_comes_again_for_no_reason_is_refused_with_both_lines(again: str) -> None:
    sheet = read_permissions(f"UPN,Twitter\n{UPN},Y\n{UPN},{again}\n".encode())
    assert [(problem.line, problem.pointer, problem.warning) for problem in sheet.problems] == [(3, "UPN", False)]
    assert "the same as on line 2" in sheet.problems[0].detail


def test_an_answer_not_understood_is_warned_of_with_its_line_and_column() -> None:
    sheet = read_permissions(f"UPN,Name,Twitter\n{UPN},Alice,perhaps\n".encode())
    assert [(one.line, one.pointer, one.warning) for one in sheet.problems] == [(2, "Twitter", True)]


def test_a_column_nobody_understands_is_warned_of() -> None:
    sheet = read_permissions(f"UPN,Twitter,Facepaint\n{UPN},Y,N\n".encode())
    assert sheet.problems == (Problem(1, "this column is not understood and not used", "Facepaint", True),)
    assert sheet.channels == ("social-media",)


@pytest.mark.parametrize(
    "data", [b"UPN,Surname\nB823403726001,Smith\n", b"UPN,Twitter\n", b"Name,Twitter\nx,Y\n", b"UPN,Twitter\n,Y\n"]
)
def test_files_that_answer_nothing_are_refused(data: bytes) -> None:
    assert has_errors(read_permissions(data).problems)
