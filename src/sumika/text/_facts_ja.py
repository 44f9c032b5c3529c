"""Why the records have no figure, in Japanese."""

FACTS: dict[str, str] = {
    "facts.no_records": "その間の記録がありません",
    "facts.no_such": "これを測るものがありません",
    "facts.not_yet": "測定値がまだ届いていません",
    "facts.stale": "新しい測定値がありません",
    "facts.not_agreed": "関係する全員の同意がないため、算出していません",
    "facts.key_gone": "ご本人の求めにより消去されています",
    "facts.damaged": "記録が壊れていて読めません",
    "facts.not_measured": "その夜は測定できませんでした",
    "facts.no_price": "メーターから単価が届いていません",
    "facts.nobody": "その間は誰もいませんでした",
    "facts.few_days": "日数が足りないため、判断できません",
    "event.run_began": "Sumikaを起動しました",
    "event.run_began.recovered": "Sumikaを起動し直しました",
    "event.filter_changed": "{subject} のフィルターが交換されました",
    "event.filter_changed.recovered": "{subject} のフィルターが取り外されました",
}
