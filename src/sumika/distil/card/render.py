"""Renders a card as Markdown, English with Japanese headings beside, and as JSON."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from sumika.distil.card.records import Card, Evaluation
from sumika.distil.compare import Interval
from sumika.distil.ledger.ledger import Total
from sumika.distil.ledger.prices import money, rate_line
from sumika.distil.ledger.quote import quote_error
from sumika.distil.ledger.show import duration, folded
from sumika.distil.store import write_whole

MARKDOWN, JSON = "README.md", "card.json"
NOT_STATED = "**not stated**"


def write_card(folder: Path, card: Card) -> None:
    """Write README.md and card.json into a model folder; before it is signed, so that the signature covers them.

    Raises:
        StoreError: if they cannot be written.
    """
    write_whole(folder / MARKDOWN, as_markdown(card).encode())
    write_whole(folder / JSON, msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")


def read_card(folder: Path) -> Card:
    """Return the card of a model folder.

    Raises:
        OSError: if there is none.
        msgspec.DecodeError: if it is none.
    """
    return msgspec.json.decode((folder / JSON).read_bytes(), type=Card)


def as_markdown(card: Card) -> str:
    """Return the card as Markdown."""
    parts = (
        _head(card),
        _use(card),
        _data(card),
        _teachers(card),
        _evaluations(card),
        _exports(card),
        _bill(card),
        _predicted(card),
        _reproduce(card),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(card: Card) -> list[str]:
    flops = f", {card.flops_per_answer:.3g} FLOPs per answer" if card.flops_per_answer else ""
    lines = [f"# {_text(card.name)}", "", _text(card.summary)]
    if card.summary_ja:
        lines += ["", _text(card.summary_ja)]
    return [*lines, "", f"{card.parameters:,} parameters{flops}. Licence: {_text(card.licence) or NOT_STATED}."]


def _use(card: Card) -> list[str]:
    lines = ["## What it is for（用途）", "", *_bullets(card.purposes)]
    lines += ["", "## What it is not for（用途外）", "", *_bullets(card.not_for)]
    return [*lines, *(["", "Known limits:", "", *_bullets(card.limits)] if card.limits else [])]


def _data(card: Card) -> list[str]:
    rows = [
        [one.name, f"{one.examples:,}" if one.examples else "-", one.licence or NOT_STATED, one.source, one.sha256[:16]]
        for one in (*card.base, *card.data)
    ]
    return ["## Data and licences（データとライセンス）", "", *_table("name|examples|licence|source|SHA-256", rows)]


def _teachers(card: Card) -> list[str]:
    rows = [
        [
            one.name,
            one.version,
            f"{one.traces:,}",
            " to ".join(dict.fromkeys(one.dates)),
            one.terms or NOT_STATED,
            one.clause,
        ]
        for one in card.teachers
    ]
    heading = "## Teachers and their terms（教師モデルと利用条件）"
    return [heading, "", *_table("teacher|version|traces|dates|terms|clause", rows)]


def _evaluations(card: Card) -> list[str]:
    lines = ["## Evaluation（評価）", "", "Score in percent with its 95 % interval.", ""]
    names = list(dict.fromkeys(name for one in card.evaluations for name in one.scores))
    rows = [[one.name, f"{one.examples:,}", *(_score(one, name) for name in names)] for one in card.evaluations]
    notes = [f"{one.name}: {one.note}" for one in card.evaluations if one.note]
    return [*lines, *_table("|".join(["set", "n", *names]), rows), *(["", *_bullets(notes)] if notes else [])]


def _score(evaluation: Evaluation, name: str) -> str:
    one: Interval | None = evaluation.scores.get(name)
    return f"{100 * one.value:.1f} [{100 * one.low:.1f}, {100 * one.high:.1f}]" if one else "-"


def _exports(card: Card) -> list[str]:
    if not card.exports:
        return []
    rows = [
        [
            one.format,
            f"{one.size_bytes / 1000:,.1f}",
            f"{one.memory_bytes / 1000:,.1f}" if one.memory_bytes else "-",
            f"{1000 * one.latency_s:.3g} ({one.latency_on})" if one.latency_s else "-",
            "-" if one.loss_points is None else f"{one.loss_points:.2f}",
        ]
        for one in card.exports
    ]
    heading = "## Sizes and latency（サイズと遅延）"
    return [heading, "", *_table("format|kB|memory kB|latency ms|points lost", rows)]


def _bill(card: Card) -> list[str]:
    bill = card.bill
    rows = (
        [_bill_row(one, bill.prices) for one in (*folded(bill.stages), bill.student, bill.failed, bill.all_in)]
        if bill.prices
        else []
    )
    heading = "stage|tries|wall|CPU|GPU|kWh|FLOPs|tokens out|¥|$|€"
    lines = [
        "## The bill（費用）",
        "",
        "All-in counts teacher, curation, tracing, evaluation and every failed try.",
        "",
    ]
    rates = (
        f"{rate_line(bill.prices)}; energy: {', '.join(bill.energy_sources)}." if bill.prices else "Nothing metered."
    )
    return [*lines, *_table(heading, rows), "", rates]


def _bill_row(one: Total, values: dict[str, float]) -> list[str]:
    cost, spent = money(one.bill.total_usd, values), one.spent
    times = map(duration, (spent.wall_s, spent.cpu_s, spent.gpu_s))
    counts = [f"{spent.energy_kwh:.4g}", f"{spent.flops:.3g}", f"{spent.output_tokens:,}"]
    return [one.name, str(one.tries), *times, *counts, f"{cost.jpy:,.2f}", f"{cost.usd:,.4f}", f"{cost.eur:,.4f}"]


def _predicted(card: Card) -> list[str]:
    if not card.predicted:
        return []
    rows = [
        [
            one.stage,
            f"{duration(one.predicted.wall_s)} / {duration(one.actual.wall_s)}",
            f"{duration(one.predicted.cpu_s)} / {duration(one.actual.cpu_s)}",
            f"{one.predicted_usd:.4f} / {one.actual_usd:.4f}",
        ]
        for one in card.predicted
    ]
    error = f"The sums were off by at most {100 * quote_error(card.predicted):.0f} %."
    heading = "## Predicted / actual（見積りと実績）"
    return [heading, "", *_table("stage|wall|CPU|$", rows), "", error]


def _reproduce(card: Card) -> list[str]:
    lines = ["## Reproduce（再現）", "", "```sh", card.command.replace("`", ""), "```", ""]
    lines += [
        f"Seed {card.seed}, commit {card.commit or NOT_STATED}, recipe SHA-256 {card.recipe_sha256 or NOT_STATED}."
    ]
    rows = [[name, f"`{digest}`"] for name, digest in sorted(card.files.items())]
    return [*lines, *(["", *_table("file|SHA-256", rows)] if rows else [])]


def _table(heading: str, rows: Iterable[Sequence[str]]) -> list[str]:
    names = heading.split("|")
    lines = [" | ".join(["", *map(_cell, names), ""]).strip(), "|" + " --- |" * len(names)]
    return [*lines, *(" | ".join(["", *map(_cell, row), ""]).strip() for row in rows)]


def _cell(text: str) -> str:
    return _text(text).replace("|", "\\|")


def _text(text: str) -> str:
    """Return text from outside (names of data, clauses) as one line that starts no markup of its own."""
    return " ".join(text.split()).replace("<", "&lt;")


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"- {_text(line)}" for line in lines]
