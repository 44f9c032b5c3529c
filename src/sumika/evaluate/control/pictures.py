"""One picture for each week: what every controller cost, by part, and what it traded for what."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sumika.evaluate.control.compare import Run
from sumika.evaluate.control.summary import Line, total
from sumika.schema import SumikaError

_PARTS: tuple[tuple[str, Callable[[Run], float]], ...] = (
    ("money", lambda run: run.cost.money),
    ("discomfort", lambda run: run.cost.discomfort),
    ("air", lambda run: run.cost.air),
)
_WIDTH_IN, _BAR_IN = 9.0, 0.45


def draw_weeks(lines: Sequence[Line], folder: Path, banner: str) -> list[Path]:
    """Draw a PNG for each week.

    Args:
        lines: Of one or more weeks.
        folder: Made if it is not there.
        banner: What must stand above what is not live.

    Raises:
        SumikaError: if matplotlib is not installed, or a file cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise SumikaError(f"pictures need {error.name}", remedy="Install it: pip install 'sumika[plots]'") from error
    files: list[Path] = []
    for week in dict.fromkeys(line.week for line in lines):
        of_week = [line for line in lines if line.week == week]
        figure = Figure(figsize=(_WIDTH_IN, 2.2 + _BAR_IN * len(of_week)), layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(f"{banner}\n{week}", color="firebrick")
        costs, trade = figure.subplots(1, 2, width_ratios=(3, 2))
        _bars(costs, of_week)
        _trade(trade, of_week)
        files.append(_save(figure, folder / f"control-{week}.png"))
    return files


def _save(figure: Any, path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=110)
    except OSError as error:
        raise SumikaError(
            f"cannot be written: {error.strerror}", where=str(path), remedy="Name another folder"
        ) from error
    return path


def _bars(axes: Any, lines: Sequence[Line]) -> None:
    """Lay the parts end to end; money that was earned begins left of zero."""
    names = [line.controller + (" *" if line.best else "") for line in lines]
    ends = [min(0.0, line.spread(_PARTS[0][1]).mean) for line in lines]
    for name, quantity in _PARTS:
        widths = [abs(line.spread(quantity).mean) for line in lines]
        axes.barh(names, widths, left=ends, label=name)
        ends = [end + width for end, width in zip(ends, widths, strict=True)]
    for place, line in enumerate(lines):
        spread = line.spread(total)
        axes.plot([spread.mean], [place], "k|", ms=12)
        axes.plot([spread.low, spread.high], [place, place], "k-", lw=1)
    axes.invert_yaxis()
    axes.set_xlabel(f"{lines[0].runs[0].currency} for the week; the mark is the total")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(_PARTS), fontsize="small", frameon=False)


def _trade(axes: Any, lines: Sequence[Line]) -> None:
    """Set money against what residents bear."""
    for line in lines:
        money = line.spread(_PARTS[0][1]).mean
        borne = line.spread(total).mean - money
        axes.plot([money], [borne], "o")
        axes.annotate(line.controller, (money, borne), fontsize="small", xytext=(3, 3), textcoords="offset points")
    axes.set_xlabel("money")
    axes.set_ylabel("discomfort and air")
    axes.grid(alpha=0.3)
    axes.margins(0.2)
