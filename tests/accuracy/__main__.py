"""Measure everything again and write it into docs/accuracy.md: ``python -m tests.accuracy``."""

from tests.accuracy.page import ALL, PAGE, written

if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), ALL), encoding="utf-8")
    print(f"{PAGE} is measured")
