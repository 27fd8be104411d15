"""What is held about a child as files that anybody can open: a page to read, tables for a spreadsheet, data, pictures."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from app.errors import Conflict
from app.register.held import Held

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOTE = """Words that name other children are hidden. Numbers that describe a face are kept sealed and mean nothing to \
people; it is said which exist. Pictures of drafts show other children too and are not part of this."""
_PNG = b"\x89PNG"
_STYLE = "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}\
th,td{border:1px solid #888;padding:.3rem .5rem;text-align:left;vertical-align:top}img{max-width:16rem}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: a heading in words, the file it is in, its columns and rows."""

    title: str
    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def files(held: Held) -> Iterator[tuple[str, bytes]]:
    """The files by their path in the folder."""
    made = tuple(sheets(held))
    yield "index.html", _page(held, made).encode()
    yield "data.json", json.dumps(_data(made), ensure_ascii=False, indent=2).encode()
    for sheet in made:
        yield f"{sheet.file}.csv", _csv(sheet)
    for number, portrait in enumerate(held.portraits, start=1):
        if portrait.picture is not None:
            yield _portrait_file(number, portrait.picture), portrait.picture


def write_folder(held: Held, folder: Path) -> None:
    """Write the folder, readable by its owner alone; Conflict where there is something in it already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Conflict("The folder is not empty; name another.", slug="folder-not-empty")
    for name, data in files(held):
        target = folder / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        target.touch(mode=0o600)
        target.write_bytes(data)


def zipped(held: Held) -> bytes:
    """The folder as one zip file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files(held):
            archive.writestr(zipfile.ZipInfo(name, held.made_at.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


# ---------------------------------------------------------------- tables


def sheets(held: Held) -> Iterator[Sheet]:
    """All that is held, table by table."""
    yield _child(held)
    yield Sheet(
        "What the family and the child said to being shown",
        "permissions",
        ("school year", "channel", "answer", "as written", "told by", "told on", "form", "source", "recorded", "now"),
        _rows(
            (
                *(one.school_year, one.channel, one.answer, one.raw, one.told_by, one.told_on, one.form, one.source),
                *(one.recorded_at, "yes" if one.current else "replaced"),
            )
            for one in held.permissions
        ),
    )
    yield Sheet(
        "Who was told about face matching",
        "notices",
        ("contact", "sent on", "exemption", "recorded"),
        _rows((one.contact, one.sent_on, one.exemption, one.recorded_at) for one in held.notices),
    )
    yield Sheet(
        "What was said to face matching",
        "responses",
        ("who", "decision", "in writing", "received on", "recorded"),
        _rows(
            (one.actor, one.decision, "yes" if one.in_writing else "no", one.received_on, one.recorded_at)
            for one in held.responses
        ),
    )
    yield _pictures(held)
    yield _drafts(held)
    yield Sheet(
        "What was done, by whom (staff by their number) and when",
        "audit",
        ("line", "at", "by", "what"),
        _rows((line.seq, line.at, line.actor, line.action) for line in held.audit),
    )
    if held.holds is not None:
        yield Sheet(
            "Safeguarding holds: for the safeguarding lead alone",
            "holds",
            ("level", "set", "lifted", "review on", "reason"),
            _rows((one.level, one.set_at, one.lifted_at, one.review_on, one.reason) for one in held.holds),
        )


def _child(held: Held) -> Sheet:
    pupil = held.pupil
    facts = (
        ("our number", pupil.id),
        ("UPN", pupil.upn),
        ("legal first name", pupil.legal_first),
        ("legal surname", pupil.legal_surname),
        ("preferred first name", pupil.preferred_first),
        ("preferred surname", pupil.preferred_surname),
        ("middle names", pupil.middle),
        ("former names", "; ".join(pupil.former)),
        ("names from transfer files", "; ".join(held.other_names)),
        ("year", pupil.year),
        ("class", pupil.class_name),
        ("born on", pupil.born_on),
        ("joined on", held.joined_on),
        ("left on", pupil.left_on),
    )
    return Sheet("The child", "child", ("what", "as held"), _rows(facts))


def _pictures(held: Held) -> Sheet:
    rows = (
        (
            _portrait_file(number, one.picture) if one.picture is not None else "(cannot be opened)",
            one.photo.taken_on,
            one.photo.created_at,
            ", ".join(one.engines) or "none",
        )
        for number, one in enumerate(held.portraits, start=1)
    )
    columns = ("picture", "taken on", "recorded", "numbers that describe the face, made by")
    return Sheet("Reference photos", "reference-photos", columns, _rows(rows))


def _drafts(held: Held) -> Sheet:
    columns = (
        "draft",
        "written",
        "stage",
        "text, without others' names",
        "named",
        "photos",
        "likeness",
        "asked",
        "answer",
    )
    rows = (
        (
            *(one.draft, one.created_at, one.stage, one.text, "yes" if one.named else "no"),
            ", ".join(map(str, one.photos)),
            one.likeness,
            "yes" if one.asked_for else "no",
            ", ".join(one.answers),
        )
        for one in held.found
    )
    return Sheet("Drafts in which the child was found, or may be", "drafts", columns, _rows(rows))


def _rows(rows: Iterable[Iterable[object]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)


def _portrait_file(number: int, picture: bytes) -> str:
    return f"reference-photos/{number}.{'png' if picture.startswith(_PNG) else 'jpg'}"


# ---------------------------------------------------------------- forms


def _data(made: Sequence[Sheet]) -> dict[str, object]:
    return {one.file: [dict(zip(one.columns, row, strict=True)) for row in one.rows] for one in made}


def _csv(sheet: Sheet) -> bytes:
    """With a byte order mark, as spreadsheets want it; no cell can begin a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(sheet.columns)
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def _page(held: Held, made: Sequence[Sheet]) -> str:
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>What is held about a child</title>',
        f"<style>{_STYLE}</style></head><body><h1>What is held about a child</h1>",
        f"<p>Made on {held.made_at:%d %B %Y at %H:%M} UTC. The same is in <code>data.json</code> and in tables (CSV).</p>",
        f"<p>{_NOTE}</p>",
        *(f"<h2>{escape(sheet.title)}</h2>{_table(sheet)}" for sheet in made),
    ]
    parts += [
        f'<p><img src="{_portrait_file(number, one.picture)}" alt="Reference photo {number}"></p>'
        for number, one in enumerate(held.portraits, start=1)
        if one.picture is not None
    ]
    return "\n".join((*parts, "</body></html>"))


def _table(sheet: Sheet) -> str:
    if not sheet.rows:
        return "<p>Nothing.</p>"
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in sheet.columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in sheet.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
