"""What a long command does now, shown while it does it, where somebody looks on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.register.office import Heard, nobody


@contextmanager
def shown(console: Console) -> Iterator[Heard]:
    """Takes each step as it begins: a line with the time it takes, or nothing where no terminal is."""
    if not console.is_terminal:
        yield nobody
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield _steps(progress)


def _steps(progress: Progress) -> Callable[[str], None]:
    def begin(step: str) -> None:
        for task in progress.task_ids:
            progress.update(task, total=1, completed=1)
        progress.add_task(step, total=None)

    return begin
