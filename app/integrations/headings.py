"""Which column of a school's own reports means what, where the headings are not among those that are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.errors import Fault, Malformed
from app.integrations.sheets import HEADINGS, Column, Problem, fold_heading

UNUSED = "unused"
"""What a heading is mapped to that must not be read, though it is one of those that are known."""

MAPPED = 100
"""The most headings that a school maps."""

_LONGEST = 200


def read_headings(given: Mapping[str, object], columns: Sequence[Column]) -> dict[str, str]:
    """What a school maps, heading to field, checked; Malformed with a fault for each that cannot be.

    A field is named as it is called here (``legal_first``), or by any heading that is known of it (``DOB``).
    """
    if len(given) > MAPPED:
        raise Malformed(f"At most {MAPPED} headings are mapped.", errors=(Fault("#", "has too many headings"),))
    fields = {fold_heading(name): column.field for column in columns for name in (*column.headings, column.field)}
    fields[UNUSED] = UNUSED
    chosen: dict[str, str] = {}
    faults: list[Fault] = []
    seen: set[str] = set()
    for heading, field in given.items():
        folded = fold_heading(heading)
        found = fields.get(fold_heading(field)) if isinstance(field, str) else None
        if not folded or len(heading) > _LONGEST:
            faults.append(Fault(_pointer(heading), "is not a heading: it has no letter or figure, or too many"))
        elif folded in seen:
            faults.append(Fault(_pointer(heading), "is given twice; case, blanks and signs do not matter"))
        elif found is None:
            names = ", ".join(dict.fromkeys(fields.values()))
            faults.append(Fault(_pointer(heading), f"is mapped to no field; the fields are {names}"))
        else:
            chosen[heading] = found
        seen.add(folded)
    if faults:
        raise Malformed("The headings cannot be mapped so.", slug="columns-unknown", errors=tuple(faults))
    return chosen


def _pointer(heading: str) -> str:
    return "#/" + heading[:_LONGEST].replace("~", "~0").replace("/", "~1")


def mapped(columns: Iterable[Column], chosen: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns with the headings that a school maps to them first; those it maps elsewhere are theirs no more."""
    taken = {fold_heading(heading) for heading in chosen}
    return tuple(
        replace(
            column,
            headings=(
                *(heading for heading, field in chosen.items() if field == column.field),
                *(heading for heading in column.headings if fold_heading(heading) not in taken),
            ),
        )
        for column in columns
    )


def with_way_out(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems, that of the headings found with how the school says which of them is meant."""
    return tuple(
        replace(problem, detail=f"{problem.detail}; {_WAY_OUT}") if problem.pointer == HEADINGS else problem
        for problem in problems
    )


_WAY_OUT = (
    'to say which is which, map them: PUT /v1/roster/columns {"heading": "field"}, or '
    'import roster FILE --map MAP.toml with lines "heading" = "field"'
)
