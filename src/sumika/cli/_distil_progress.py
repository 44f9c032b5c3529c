"""Progress of a distillation run: two bars with time and money left on a terminal, plain lines elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from sumika.distil.forecast import Forecast
from sumika.distil.ledger.prices import money
from sumika.distil.ledger.show import duration
from sumika.distil.records import Spent

PLAIN_EVERY_S = 15.0


class ProgressWatcher:
    """Shows a run on standard error; used as a context manager.

    Attributes:
        forecast: Knows what is left.
    """

    def __init__(self, forecast: Forecast) -> None:
        self.forecast = forecast
        console = Console(stderr=True)
        self._bars: Progress | None = None
        if console.is_terminal:
            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TextColumn("{task.percentage:>3.0f} %"),
                TextColumn("{task.fields[left]}"),
                console=console,
                transient=True,
            )
            self._total: TaskID = self._bars.add_task("whole run", total=1.0, left="")
            self._stage: TaskID = self._bars.add_task("", total=1.0, left="")
        self._told_s = time.monotonic()
        self._reused = False

    def __enter__(self) -> Self:
        """Show the bars."""
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take the bars away."""
        if self._bars:
            self._bars.stop()

    def begin(self, stage: str, *, reused: bool) -> None:
        """A stage begins."""
        self.forecast.begin(stage, reused=reused)
        self._reused = reused
        if reused:
            self._line(f"{stage}: in the store already")
        if self._bars:
            self._bars.update(self._stage, description=stage, completed=0.0)
        self._show()

    def progress(self, stage: str, done: int, total: int) -> None:
        """So much of it is done."""
        self.forecast.progress(done, total)
        if self._bars:
            self._bars.update(self._stage, completed=done / total if total else 0.0)
            self._show()
        elif time.monotonic() - self._told_s > PLAIN_EVERY_S:
            share = f" {100 * done / total:.0f} %" if total else ""
            self._line(f"{stage}:{share}; {self._left()}")

    def end(self, stage: str, spent: Spent) -> None:
        """It has ended."""
        self.forecast.end()
        if spent.wall_s >= 1.0 and not self._reused:  # what it took once is not what it took now
            self._line(f"{stage}: {duration(spent.wall_s)}; {self._left()}")
        self._show()

    def _left(self) -> str:
        left = self.forecast.left()
        return f"{duration(max(left.seconds, 0.1))}, ¥{money(left.usd, self.forecast.quote.prices).jpy:.2f} left"

    def _show(self) -> None:
        if self._bars:
            share = self.forecast.left().share
            self._bars.update(self._total, completed=share, left=self._left())

    def _line(self, line: str) -> None:
        self._told_s = time.monotonic()
        if self._bars:
            self._bars.console.print(line, highlight=False)
        else:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
