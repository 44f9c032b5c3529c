#!/usr/bin/env python3
"""Fill the table of figures in the READMEs from bench/results: `readme_figures.py [--check]`.

The table stands between two HTML comments. Nobody types a number: what `sumika bench <area> --full` measured is what
the README says. `--check` writes nothing and ends with exit code 1 where a README says something else.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
READMES = {"README.md": "en", "README.ja.md": "ja"}

MEANINGS = {
    "respiration_iwr6843": ("Breathing rate, TI IWR6843 recording", "呼吸数（TI IWR6843 の記録データ）"),
    "distance_iwr6843_m": ("Distance of the person, the same recording", "人までの距離（同じデータ）"),
    "respiration_bgt60": (
        "Breathing rate, Infineon BGT60TR13C recording",
        "呼吸数（Infineon BGT60TR13C の記録データ）",
    ),
    "respiration_mae_acconeer": (
        "Breathing rate, Acconeer recording: mean error against the maker's own application",
        "呼吸数（Acconeer の記録データ）：メーカー純正アプリとの平均誤差",
    ),
    "ring_core_share": (
        "80 radar frames/s of 1.57 MB between two processes: share of one core",
        "毎秒 80 枚・1.57 MB のレーダーフレームをプロセス間で渡すときの CPU（1 コア比）",
    ),
    "ring_torn": ("Torn frames seen by the reader in 10 000", "読み手が受け取った壊れたフレーム（1 万枚中）"),
    "history_rows_per_s": ("History: samples acknowledged per second, safe on disk", "履歴：毎秒の確定書き込み数"),
    "history_day_plot_ms": ("History: plot of a day of one room", "履歴：1 部屋 1 日のグラフ"),
    "history_year_plot_ms": ("History: plot of a year", "履歴：1 年のグラフ"),
    "history_mb_per_room_day": ("History: size of a day of one room", "履歴：1 部屋 1 日の容量"),
    "replay_speed": ("Replay: times faster than real time", "リプレイ速度（実時間比）"),
    "replay_speed_from_frames": (
        "Replay from whole radar frames: times faster than real time",
        "レーダーの生フレームからのリプレイ速度（実時間比）",
    ),
    "presence_agreement_acconeer": (
        "Presence, Acconeer recordings: agreement with the maker's application (worst of three)",
        "在室判定と Acconeer 社アプリとの一致率（3 記録中の最低値）",
    ),
    "replay_diff": ("Replay: differing fields", "リプレイで食い違った項目"),
    "power_cut_lost": (
        "Acknowledged rows or alarms lost in 50 kills and 20 power cuts",
        "強制終了 50 回・電源断 20 回で失われた確定済みデータ",
    ),
    "demo_core_share": ("Whole demo house: share of one core", "デモ全体の CPU 使用（1 コア比）"),
    "demo_memory_mb": ("Whole demo house: memory (proportional set size)", "デモ全体のメモリー（PSS）"),
    "demo_presence_s": ("From start to presence (slowest room)", "起動から在室判定まで（最も遅い部屋）"),
    "demo_respiration_s": (
        "From start to a breathing rate (slowest room; its person moves at first)",
        "起動から呼吸数の表示まで（最も遅い部屋。初めは体が動いている）",
    ),
    "demo_end_s": ("From Ctrl-C until every process is gone", "Ctrl-C から全プロセス終了まで"),
    "back_after_kill_s": ("A killed node is back after (worst)", "強制終了されたノードの復帰（最悪値）"),
    "back_after_stop_watchdogs": (
        "A hanging node is back after (worst, in its watchdog times)",
        "停止したノードの復帰（最悪値、ウォッチドッグ時間比）",
    ),
    "nodes_taken_along": ("Nodes that another one's death took along", "他のノードの停止に巻き込まれたノード"),
}
"""Key -> what it is, in English and Japanese. A figure without an entry is shown by its key."""

HEADS = {
    "en": ("What", "Value", "How we know", "Reproduce with"),
    "ja": ("項目", "値", "根拠", "再現コマンド"),
}
WORDS = {
    "en": {
        "measured": "measured on the bench machine",
        "real recording": "real recording",
        "simulation": "simulation",
        "claimed by others": "claimed by others",
        "none": "*No long run is kept yet: `sumika bench spine --full` and `sumika bench radar --full` fill this.*",
        "runs": "Long runs: {}.",
    },
    "ja": {
        "measured": "ベンチ機での実測",
        "real recording": "実機の記録データ",
        "simulation": "シミュレーション",
        "claimed by others": "他者の主張",
        "none": "*まだ計測結果がありません（`sumika bench spine --full`、`sumika bench radar --full` で埋まります）。*",
        "runs": "計測: {}。",
    },
}


def results() -> list[dict[str, Any]]:
    """Return the kept long runs, one per area."""
    return [json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "bench" / "results").glob("*.json"))]


def value_text(figure: dict[str, Any]) -> str:
    """Return value and unit with three significant digits; whole numbers stay whole."""
    value = figure["value"]
    text = f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"
    return f"{text} {figure['unit']}".replace(" ratio", "").removesuffix(" 1")


def figures_table(areas: list[dict[str, Any]], language: str) -> str:
    """Return the whole block in one language."""
    words = WORDS[language]
    column = list(READMES.values()).index(language)
    rows = [
        (
            MEANINGS[key][column] if key in MEANINGS else f"`{key}`",
            value_text(figure),
            words[figure["evidence"]],
            f"`sumika bench {area['area']}`",
        )
        for area in areas
        for key, figure in area["figures"].items()
    ]
    if not rows:
        return f"{words['none']}\n"
    lines = [HEADS[language], ("---", "--:", "---", "---"), *rows]
    runs = sorted({figure["run"] for area in areas for figure in area["figures"].values()})
    return "".join("| " + " | ".join(line) + " |\n" for line in lines) + f"\n{words['runs'].format(', '.join(runs))}\n"


def main() -> None:
    """Fill the READMEs, or check them."""
    stale = []
    for name, language in READMES.items():
        path = ROOT / name
        text = path.read_text("utf-8")
        found = list(BLOCK.finditer(text))
        if len(found) != 1:
            sys.exit(f"{name}: must have exactly one <!-- figures --> ... <!-- /figures -->")
        block = figures_table(results(), language)
        filled = f"{text[: found[0].end(1)]}{block}{text[found[0].start(2) :]}"
        if filled != text:
            stale.append(name)
            if "--check" not in sys.argv[1:]:
                path.write_text(filled, "utf-8")
    if stale and "--check" in sys.argv[1:]:
        sys.exit(
            f"{', '.join(stale)}: figures are not those of bench/results; run: .venv/bin/python tools/readme_figures.py"
        )


if __name__ == "__main__":
    main()
