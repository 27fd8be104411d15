"""``python -m app``: the command line."""

import sys
import traceback

import typer

from app.cli import app
from app.cli.office import COULD_NOT_RUN
from app.errors import FledglingError


def main() -> None:
    """Run the command; what a caller can put right is told in words, not in a traceback.

    Whatever goes wrong ends with status 3, never with one that ``vet`` gives a verdict by.
    """
    try:
        sys.exit(app(standalone_mode=False))
    except FledglingError as error:
        sys.stderr.write(f"{error.title}: {error.detail}\n")
        for fault in error.errors:
            sys.stderr.write(f"  {fault.detail}\n")
    except typer.TyperException as error:  # called with options that it does not have
        sys.stderr.write(f"{error.format_message()}\n")
    except Exception:  # noqa: BLE001 - the traceback is told, and the status must not be 1
        traceback.print_exc()
    sys.exit(COULD_NOT_RUN)


if __name__ == "__main__":
    main()
