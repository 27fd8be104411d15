"""Common transfer files: what is read of them, and what is refused."""

from __future__ import annotations

import pytest

from app.integrations.sheets import has_errors
from app.integrations.transfers import Transfer, read_transfers

ELLIE = """<Pupil><UPN> z823499926999 </UPN><Surname>Fairweather</Surname><Forename>Elowen</Forename>
<BasicDetails><FormerUPN>X823499926991</FormerUPN><PreferredSurname>Ash</PreferredSurname><FormerSurname>Pool</FormerSurname>
<PreferredForename>Ellie</PreferredForename><MiddleNames>Rose  Mae</MiddleNames><Ethnicity>X</Ethnicity></BasicDetails>
<LookedAfter><InCare>true</InCare></LookedAfter><Contacts><Contact><Surname>Someone</Surname></Contact></Contacts></Pupil>"""


def ctf(*pupils: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    header = (
        "<Header><DocumentName>Common Transfer File</DocumentName><SourceSchool><UPN>no</UPN></SourceSchool></Header>"
    )
    return f"{head}\n<CTfile>{header}<CTFpupilData>\n{''.join(pupils)}</CTFpupilData></CTfile>"


def test_only_the_further_names_and_the_care_are_read() -> None:
    made = read_transfers(ctf(ELLIE, "\n<Pupil><UPN>X823499926991</UPN></Pupil>").encode())
    assert made.problems == ()
    assert made.pupils[0] == Transfer(
        "Z823499926999", "X823499926991", "Ellie", "Ash", "Rose Mae", ("Pool",), in_care=True, line=3
    )
    assert made.pupils[1] == Transfer("X823499926991", line=7)
    assert "Someone" not in repr(made)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_encoding_is_the_one_the_file_names(encoding: str) -> None:
    text = ctf(ELLIE.replace("Ellie", "Zoë"), head=f'<?xml version="1.0" encoding="{encoding}"?>')
    assert [one.preferred_first for one in read_transfers(text.encode(encoding)).pupils] == ["Zoë"]


BOMB = "<!DOCTYPE CTfile [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + at)} '{f'&{chr(97 + at)};' * 10}'>" for at in range(9)
) + "]>"  # fmt: skip
EXTERNAL = '<!DOCTYPE CTfile [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (ctf(ELLIE.replace("Ellie", "&j;"), head=BOMB).encode(), "document type"),
        (ctf(ELLIE.replace("Ellie", "&a;"), head=EXTERNAL).encode(), "document type"),
        (ctf(ELLIE, head='<!DOCTYPE CTfile SYSTEM "http://x.example/a.dtd">').encode(), "document type"),
        (ctf(ELLIE.replace("Ellie", "&nbsp;")).encode(), "not well-formed"),
        (ctf(ELLIE)[:-20].encode(), "not well-formed"),
        (b"", "not well-formed"),
        (b"UPN,Forename\n", "not well-formed"),
        (b"<html><body/></html>", "root is not CTfile"),
        (ctf("<a>" * 60 + "</a>" * 60).encode(), "nested too deep"),
        (ctf(ELLIE.replace("Ellie", "E" * 600)).encode(), "longer than any name"),
        (ctf().encode(), "no pupils"),
        (ctf(ELLIE, head='<?xml version="1.0" encoding="no-such"?>').encode(), ""),
        (ctf(ELLIE.replace("Ellie", "Zoë")).encode("cp1252"), "not well-formed"),
    ],
)
def test_what_is_no_transfer_file_is_refused_in_words(data: bytes, words: str) -> None:
    made = read_transfers(data)
    assert made.pupils == ()
    assert has_errors(made.problems)
    assert words in made.problems[0].detail
    assert "passwd" not in repr(made)


def test_a_pupil_without_a_upn_is_told_and_not_used() -> None:
    made = read_transfers(ctf(ELLIE, "<Pupil><Surname>Field</Surname></Pupil>").encode())
    assert len(made.pupils) == 1
    assert [(one.line, one.warning) for one in made.problems] == [(6, True)]
