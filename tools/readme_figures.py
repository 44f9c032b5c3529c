#!/usr/bin/env python3
"""Fill the tables of figures from bench/results: `readme_figures.py [--check]`.

The READMEs show the headlines, `docs/reference/figures.md` shows all; what each is stands in `figure_words.toml`. The
tables stand between two HTML comments. Nobody types a number: they say what `sumika bench <area> --full` measured and
when, and mark what rests on other code or data than there is now. `--check` writes nothing and ends with exit code 1
where one of them says something else; marks do not count there, or every change of code would change the READMEs.
"""

import json
import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
_WORDS = tomllib.loads((ROOT / "tools" / "figure_words.toml").read_text("utf-8"))
HEADLINES: list[str] = _WORDS["headlines"]
MEANINGS: dict[str, list[str]] = _WORDS["meanings"]
BLOCK = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
READMES = {"README.md": "en", "README.ja.md": "ja"}
EVERY = "docs/reference/figures.md"
HEADS = {
    "en": ("What", "Value", "How we know", "Reproduce with", "Measured"),
    "ja": ("項目", "値", "根拠", "再現コマンド", "計測日"),
}
OLDER = "†"
ALL_OLDER = {
    "en": "All of these were measured before the code of today; the last column says when.",
    "ja": "いずれも現在のコードより前の計測です（最後の列が計測日）。",
}
MARKS = re.compile(rf"^(?:{OLDER}|{'|'.join(map(re.escape, ALL_OLDER.values()))}).*\n\n| {OLDER}", re.MULTILINE)
EVERY_HEADS = ("key", "What", "項目", "Value", "How we know", "measured")
WORDS = {
    "en": {
        "measured": "measured on the bench machine",
        "real recording": "real recording",
        "simulation": "simulation",
        "claimed by others": "claimed by others",
        "none": "*No long run is kept yet: `sumika bench spine --full` and `sumika bench radar --full` fill this.*",
        "older": "Not known to be of today's code and data: {older} of {all} when this table was filled.",
    },
    "ja": {
        "measured": "ベンチ機での実測",
        "real recording": "実機の記録データ",
        "simulation": "シミュレーション",
        "claimed by others": "他者の主張",
        "none": "*まだ計測結果がありません（`sumika bench spine --full`、`sumika bench radar --full` で埋まります）。*",
        "older": "現在のコードでの値とは言えないもの：作表時に {all} 件のうち {older} 件。",
    },
}
ALIGNED = {"Value": "--:", "値": "--:"}


def results() -> list[dict[str, Any]]:
    """Return the kept long runs, one per area."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(RESULTS.glob("*.json"))]


def mark(areas: list[dict[str, Any]]) -> None:
    """Mark the figures behind which the code or the data has changed since, as `sumika bench` does."""
    from sumika.evaluate.bench import AREAS, quoted_now

    for area in areas:
        now = quoted_now(area["area"], RESULTS) if area["area"] in AREAS else {}
        for key, figure in area["figures"].items():
            figure["stale"] = key not in now or now[key].stale


def day(figure: dict[str, Any], *, whole: bool = False, marked: bool = True) -> str:
    """Return when a figure was measured, `whole` with the commit, and the mark of what has changed since."""
    run = figure["run"] if whole else figure["run"].split()[0]
    return f"{run} {OLDER}" if marked and figure.get("stale") else run


def all_older(figures: Sequence[dict[str, Any]]) -> bool:
    """Return whether every figure has the mark: then it tells nothing apart, and one line says it."""
    return bool(figures) and all(one.get("stale") for one in figures)


def note(figures: Sequence[dict[str, Any]], language: str) -> str:
    """Return the line above a table that says what the mark means; nothing where no figure has it."""
    older = sum(bool(one.get("stale")) for one in figures)
    if all_older(figures):
        return f"{ALL_OLDER[language]}\n\n"
    return f"{OLDER} {WORDS[language]['older'].format(older=older, all=len(figures))}\n\n" if older else ""


def value_text(figure: dict[str, Any]) -> str:
    """Return value and unit with three significant digits; whole numbers stay whole."""
    value = figure["value"]
    text = f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"
    return f"{text} {figure['unit']}".replace(" ratio", "").removesuffix(" 1")


def meaning(area: str, key: str, column: int) -> str:
    """Return what a figure of an area is; two areas may use one key, each for its own house.

    Raises:
        SystemExit: if nobody has said what it is.
    """
    found = MEANINGS.get(f"{area}.{key}") or MEANINGS.get(key)
    if found is None:
        sys.exit(f"tools/figure_words.toml: say in English and Japanese what `{area}.{key}` is")
    return found[column]


def place(area: str, key: str) -> int:
    """Return where among an area's figures one stands: where its meaning does, those without one at the end."""
    order = list(MEANINGS)
    return next((order.index(name) for name in (f"{area}.{key}", key) if name in MEANINGS), len(order))


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, tuple(ALIGNED.get(head, "---") for head in heads), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def headlines(areas: list[dict[str, Any]], language: str) -> str:
    """Return the block of a README."""
    words, column = WORDS[language], list(READMES.values()).index(language)
    known = {
        f"{area['area']}.{key}": (area["area"], key, one) for area in areas for key, one in area["figures"].items()
    }
    shown = [known[name] for name in HEADLINES if name in known]
    figures = [one for _, _, one in shown]
    marked, above = not all_older(figures), note(figures, language)
    rows = [
        (
            meaning(area, key, column),
            value_text(one),
            words[one["evidence"]],
            f"`sumika bench {area}`",
            day(one, marked=marked),
        )
        for area, key, one in shown
    ]
    return f"{above}{table(HEADS[language], rows)}" if rows else f"{words['none']}\n"


def every(areas: list[dict[str, Any]]) -> str:
    """Return the block of the page of all figures: a table for each area."""
    parts = []
    of_all = [one for area in areas for one in area["figures"].values()]
    marked = not all_older(of_all)
    for area in areas:
        name = area["area"]
        figures = sorted(area["figures"].items(), key=lambda item: place(name, item[0]))
        rows = [
            (
                f"`{key}`",
                meaning(name, key, 0),
                meaning(name, key, 1),
                value_text(one),
                one["evidence"],
                day(one, whole=True, marked=marked),
            )
            for key, one in figures
        ]
        parts.append(f"## {name}\n\n`sumika bench {name}`\n\n{table(EVERY_HEADS, rows)}")
    return f"\n{note(of_all, 'en')}" + "\n".join(parts) + "\n"


def main() -> None:
    """Fill the tables, or check them."""
    areas, stale, check = results(), [], "--check" in sys.argv[1:]
    if not check:
        mark(areas)
    blocks = {name: headlines(areas, language) for name, language in READMES.items()} | {EVERY: every(areas)}
    for name, block in blocks.items():
        path = ROOT / name
        text = path.read_text("utf-8")
        found = list(BLOCK.finditer(text))
        if len(found) != 1:
            sys.exit(f"{name}: must have exactly one <!-- figures --> ... <!-- /figures -->")
        filled = f"{text[: found[0].end(1)]}{block}{text[found[0].start(2) :]}"
        if not check:
            path.write_text(filled, "utf-8")
        elif filled != MARKS.sub("", text):
            stale.append(name)
    if stale:
        sys.exit(
            f"{', '.join(stale)}: figures are not those of bench/results; run: .venv/bin/python tools/readme_figures.py"
        )


if __name__ == "__main__":
    main()
