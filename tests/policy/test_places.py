"""Where in a TOML text each key stands."""

from __future__ import annotations

from app.policy.places import lines_of

TEXT = '''# a comment
name = "x"

many = [
  1,
  # [not.a.table]
]
words = """
[nor.this]
key = 1"""
[a."b.c"]   # two deep
one.two = { three = 3 }
[[rows]]
cell = 1
[a.d]
'''


def test_every_table_and_key_is_placed_by_its_first_line() -> None:
    assert lines_of(TEXT) == {
        ("name",): 2,
        ("many",): 4,
        ("words",): 8,
        ("a",): 11,
        ("a", "b.c"): 11,
        ("a", "b.c", "one"): 12,
        ("a", "b.c", "one", "two"): 12,
        ("a", "b.c", "one", "two", "three"): 12,
        ("rows",): 13,
        ("rows", "cell"): 14,
        ("a", "d"): 15,
    }


def test_line_separators_of_other_kinds_do_not_count() -> None:
    assert lines_of('a = "\u2028"\r\nb = 1\r\n') == {("a",): 1, ("b",): 2}


def test_after_a_statement_without_end_nothing_is_placed() -> None:
    assert lines_of("a = 1\nb = [\n" + "1,\n" * 300 + "]\nc = 1\n") == {("a",): 1}
