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
    "plan_ms_warm": (
        "One plan of six rooms, two days, all devices, air included",
        "6 部屋・2 日先・全機器・空気質を含む計画 1 回",
    ),
    "plan_ms_cold": ("The same, the first one", "同：最初の 1 回"),
    "learned_rmse_k": (
        "A day foretold after seven ordinary days of learning: temperature",
        "普段どおりの 7 日間で学んだあとの 1 日先の予測誤差：室温",
    ),
    "learned_rmse_ppm": ("The same: carbon dioxide", "同：CO2"),
    "gate_us": ("Safety gate: one decision", "安全ゲート：判断 1 回"),
    "gate_violations": (
        "Safety gate: limits broken under random commands",
        "安全ゲート：無作為な命令で破られた制限の数",
    ),
    "gap_closed": (
        "Share of the way from the best tuned simple controller to perfect foresight",
        "最良の単純制御から完全予知までの差のうち、縮めた割合",
    ),
    "worst_scenario": (
        "Worse of two weeks (Tokyo in winter, in summer) against the best simple controller (negative: cheaper)",
        "最良の単純制御との費用差、2 週（東京の冬・夏）の悪い方（負：安い）",
    ),
    "gap_perfect_forecast": (
        "Cost above perfect foresight, with a forecast that comes true",
        "予報が当たる場合の、完全予知に対する費用増",
    ),
    "sensing_value": (
        "Share of what knowing everybody's place brings that perception reaches",
        "全員の居場所を知る価値のうち、知覚で得られる割合",
    ),
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
    "chain_vs_fft_floor": (
        "Radar frame of 128 x 12 x 256 to points, over its two bare transforms by scipy",
        "レーダー 1 フレーム（128×12×256）から点群までの時間（scipy の FFT だけの時間に対する比）",
    ),
    "frames_per_s": ("The same: frames per second on one core", "同：1 コアでの毎秒フレーム数"),
    "track_vitals_ms": ("Tracking and vital signs of four people", "4 人の追跡と呼吸・心拍の計算時間"),
    "crlb_range": ("Error over the Cramer-Rao bound: range", "クラメール・ラオ下限に対する誤差の比：距離"),
    "crlb_velocity": ("The same: velocity", "同：速度"),
    "crlb_azimuth": ("The same: azimuth", "同：方位角"),
    "crlb_elevation": ("The same: elevation of two rows", "同：仰角（2 列）"),
    "crlb_displacement": ("The same: displacement of a chest", "同：胸の変位"),
    "pfa_ratio_ca": ("False alarms over those asked for (1e-5), CA-CFAR", "誤警報率（要求 1e-5 に対する比、CA-CFAR）"),
    "pfa_ratio_os": ("The same, OS-CFAR", "同、OS-CFAR"),
    "reference_error": ("Agreement with a plain float64 chain", "素朴な倍精度計算との相対差"),
    "mota": ("Three people walking, crossing, sitting, a minute: MOTA", "3 人が歩く・すれ違う・座る（1 分）：MOTA"),
    "id_switches": ("The same: identity switches per person-minute", "同：人物の取り違え（人・分あたり）"),
    "still_held": (
        "A person who sits still for ten minutes: time held",
        "10 分間じっと座る人を見失わなかった時間の割合",
    ),
    "ghost_minutes": (
        "Empty room with a fan and a curtain, one hour: people seen",
        "扇風機とカーテンだけの無人の部屋（1 時間）：人と誤った時間",
    ),
    "heart_mae_2m": ("Heart rate, mean error, at 2 m or less", "心拍数の平均誤差（2 m 以内）"),
    "heart_mae_4m": ("Heart rate, mean error, at 4 m", "心拍数の平均誤差（4 m）"),
    "respiration_mae": ("Breathing rate, mean error", "呼吸数の平均誤差"),
    "heart_coverage": ("Share of still time with a heart rate", "安静時間のうち心拍数が出た割合"),
    "interval_coverage": ("95 % intervals of rates that hold the truth", "95 % 区間が真値を含む割合"),
    "ibi_median_ms": ("Beat intervals, median error", "拍動間隔の誤差（中央値）"),
    "ibi_coverage": ("Share of beats that are told", "検出できた拍動の割合"),
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
    "demo_core_share": (
        "The house of real recordings, everything running: share of one core",
        "記録データの家の CPU 使用（1 コア比）",
    ),
    "demo_memory_mb": ("The same: memory (proportional set size)", "同：メモリー（PSS）"),
    "world.demo_core_share": (
        "The simulated demo house in real time, three radars, everything running: share of one core",
        "シミュレーションのデモの家（レーダー 3 台、実時間）の CPU 使用（1 コア比）",
    ),
    "demo_late_share": ("The same: frames that came late", "同：遅れたフレームの割合"),
    "demo_first_presence_s": ("The same: from start to the first presence", "同：起動から最初の在室判定まで"),
    "house_year_s": (
        "A year of the simulated house in steps of five minutes, on one core",
        "シミュレーションの家の 1 年（5 分刻み、1 コア）",
    ),
    "energy_closure": ("The same: heat that is lost or made of nothing, over a year", "同：1 年の熱収支の誤差"),
    "co2_closure": ("The same: carbon dioxide", "同：CO2"),
    "water_closure": ("The same: water", "同：水分"),
    "step_response_error": ("Building: step response against the analytic one", "建物：ステップ応答の解析解との差"),
    "air_change_error": ("Building: air change told by the decay of CO2", "建物：CO2 の減衰から求めた換気回数の誤差"),
    "irradiance_error": ("Sun on any plane against pvlib", "斜面日射の pvlib との差"),
    "sun_position_error": ("Position of the sun against pvlib", "太陽位置の pvlib との差"),
    "clear_sky_error": ("Clear sky against pvlib", "快晴日射の pvlib との差"),
    "heating_demand_in_range": (
        "Heating demand within the published range, of the eight grades that have one",
        "暖房需要が公表値の範囲に入る割合（範囲のある 8 件）",
    ),
    "heating_demand_ordered": (
        "Sapporo needs more than Tokyo, Tokyo more than Naha",
        "札幌 > 東京 > 那覇の順になる割合",
    ),
    "weather_normals": (
        "Made-up weather: largest deviation of a monthly mean from the normals",
        "生成した天気：月平均気温の平年値からの最大のずれ",
    ),
    "cubes_per_s": (
        "Simulated radar cubes of 128 x 12 x 256, a walking person, fresh noise",
        "歩く人のレーダーデータ（128×12×256、雑音込み）の生成",
    ),
    "cube_speedup": ("The same: times faster than naive exponentials", "同：素朴な計算に対する速さ"),
    "cube_error": ("The same: difference from them", "同：素朴な計算との差"),
    "scatterer_cells": ("A scatterer lands where the closed form says, within", "散乱点の位置の誤差"),
    "phase_motion_error": ("Breath and heartbeat read back from the phase", "位相から読み戻した呼吸と心拍の誤差"),
    "hrv_in_range": (
        "Heart-interval statistics of resting residents inside the spread of real people who sit",
        "安静時の心拍間隔の統計が実在の人々の範囲に入る割合",
    ),
    "perception_level_gap": (
        "Perception without samples against the whole chain: largest difference of a share",
        "簡易な知覚モデルと全処理の差（最大の割合）",
    ),
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
    "parity_maths": (
        "`reason-tiny`, maths: the student's score over its teacher's",
        "`reason-tiny` 数学：教師に対する生徒の正答率の比",
    ),
    "parity_coding": (
        "`reason-tiny`, coding: the student's score over its teacher's",
        "`reason-tiny` プログラミング：教師に対する生徒の正答率の比",
    ),
    "trace_gain": (
        "What the teacher's reasoning brings over bare answers (the worse of maths and coding)",
        "答えだけの学習に対して、教師の思考過程がもたらす伸び（数学とプログラミングの低いほう）",
    ),
    "student_minutes": ("`reason-tiny`: training the student alone", "`reason-tiny`：生徒の学習だけにかかる時間"),
    "student_eur": ("`reason-tiny`: bill of the student alone", "`reason-tiny`：生徒の学習だけの費用"),
    "all_in_eur": (
        "`reason-tiny`: bill with teacher, data, comparisons and failed tries",
        "`reason-tiny`：教師・データ・比較・失敗した試行まで含む総費用",
    ),
    "ratio_parameters": ("Teacher over student: parameters", "教師は生徒の何倍か：パラメーター数"),
    "ratio_flops": ("Teacher over student: operations per answer", "教師は生徒の何倍か：1 回答あたりの演算量"),
    "ratio_latency": ("Teacher over student: time of an answer", "教師は生徒の何倍か：1 回答の所要時間"),
    "ratio_energy": ("Teacher over student: energy of an answer", "教師は生徒の何倍か：1 回答の消費エネルギー"),
    "ratio_cost": ("Teacher over student: cost of training", "教師は生徒の何倍か：学習の費用"),
    "int8_loss_language": (
        "Language student: lost by 8 bits in ONNX",
        "言語の生徒：ONNX の 8 ビット化で失う正答率",
    ),
    "beyond_teacher": (
        "After its own verified tries: the student's score over its teacher's (worse subject)",
        "自力で正解した答えも学んだあと：教師に対する生徒の正答率の比（低いほうの科目）",
    ),
    "demo_cpu_minutes": ("The whole demo, teacher and all: processor time", "デモ全体（教師の学習も含む）の CPU 時間"),
    "demo_gain": (
        "The demo's student after a thousand chosen examples, over the same without them (lesser of two subjects)",
        "デモ：選んだ 1,000 例で学んだ生徒の、学ぶ前からの伸び（2 分野の低い方）",
    ),
    "quote_error": ("Quote before the run against what it took", "実行前の見積もりと実績のずれ"),
    "curation_gain": (
        "A thousand chosen examples against a thousand at random",
        "選び抜いた 1,000 問と無作為の 1,000 問との差",
    ),
    "budget_forcing": (
        "Budget forcing: the best accuracy of the curve",
        "思考量の制御（budget forcing）：曲線上の最高正答率",
    ),
    "resume_diff": (
        "A run killed ten times against an undisturbed one: difference of the final losses",
        "10 回強制終了した実行と無停止の実行：最終損失の差",
    ),
    "traces_paid_twice": (
        "Answers of a teacher paid twice, its asker killed ten times",
        "質問側を 10 回強制終了したとき、二重に支払った教師の回答",
    ),
    "traces_lost": ("Answers of a teacher lost in the same", "同じ条件で失われた教師の回答"),
    "sft_vs_trl": (
        "Training: tokens per second over TRL's SFTTrainer",
        "学習速度：TRL の SFTTrainer に対する毎秒トークン数の比",
    ),
    "serving_vs_transformers": (
        "Answering: tokens per processor second over transformers' `generate` (worse of two loads)",
        "生成速度：transformers の `generate` に対する CPU 1 秒あたりトークン数の比（2 条件の低いほう）",
    ),
    "cluster_diff": (
        "Students that differ after one of two Ray workers was killed",
        "Ray のワーカー 2 台の一方を強制終了したとき、結果が変わった生徒",
    ),
    "export_loss": (
        "Array students: lost by 8 bits (worst of three)",
        "配列の生徒：8 ビット化で失う正答率（3 種の最悪値）",
    ),
    "c_mismatch": ("Inputs on which C and ONNX in 8 bits differ", "8 ビットの C と ONNX で答えが食い違う入力"),
    "s1_7b_minutes": ("Quote of `s1-7b` on one H200, 3 epochs", "`s1-7b` の見積もり（H200 1 基、3 エポック）：時間"),
    "s1_7b_eur": ("The same: cost", "同：費用"),
    "s1_32b_lora_minutes": (
        "Quote of `s1-32b-lora` on one H200, 3 epochs",
        "`s1-32b-lora` の見積もり（H200 1 基、3 エポック）：時間",
    ),
    "s1_32b_lora_eur": ("The same: cost", "同：費用"),
    "mfu_7b": (
        "Training in the shape of Qwen2.5-7B on one H200: share of its peak",
        "Qwen2.5-7B と同じ形の学習（H200 1 基）：理論性能に対する割合",
    ),
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


def meaning(area: str, key: str, column: int) -> str:
    """Return what a figure of an area is; two areas may use one key, each for its own house."""
    found = MEANINGS.get(f"{area}.{key}") or MEANINGS.get(key)
    return found[column] if found is not None else f"`{key}`"


def figures_table(areas: list[dict[str, Any]], language: str) -> str:
    """Return the whole block in one language."""
    words = WORDS[language]
    column = list(READMES.values()).index(language)
    rows = [
        (
            meaning(area["area"], key, column),
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
