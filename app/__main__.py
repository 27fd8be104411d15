"""``python -m app``: the command line."""

import sys

from app.cli import app
from app.cli.office import COULD_NOT_RUN
from app.errors import FledglingError


def main() -> None:
    """Run the command; what a caller can put right is told in words, not in a traceback."""
    try:
        app()
    except FledglingError as error:
        sys.stderr.write(f"{error.title}: {error.detail}\n")
        for fault in error.errors:
            sys.stderr.write(f"  {fault.detail}\n")
        sys.exit(COULD_NOT_RUN)


if __name__ == "__main__":
    main()
