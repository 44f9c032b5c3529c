"""What the plan asks residents for, and what is answered, in Japanese."""

ASKING: dict[str, str] = {
    "asker.resident": "住人が操作",
    "asker.operator": "管理者が操作",
    "suggest.refused.unknown": "「{name}」という提案はありません。今の提案は sumika suggest list で見られます",
    "suggest.refused.expired": "「{name}」は {until} までの提案で、もう受け付けていません。"
    "今の提案は sumika suggest list で見られます",
    "suggest.refused.withdrawn": "「{name}」のあとで計画が変わりました。今の提案は sumika suggest list で見られます",
    "suggest.refused.yes": "「{name}」にはすでに「はい」と答えています",
    "suggest.refused.no": "「{name}」にはすでに「いいえ」と答えています。今日はもう提案しません",
    "suggest.refused.nobody_asked": "この家では提案をしていません。"
    "house.yaml の control: mode: が suggest ではなく {mode} です",
    "suggest.none": "今、提案はありません。",
    "suggest.mode_drive": "計画が自分で動かしています。提案はしません（control: mode: drive）。",
    "suggest.mode_shadow": "計画は見ているだけです。提案も操作もしません（control: mode: shadow）。",
    "suggest.saves": "{money}の得",
    "suggest.until": "{until} まで",
    "suggest.set": "{setting} = {value:g}",
    "suggest.undo": "実行中です。sumika suggest no {name} で取り消せます",
    "suggest.goes_on": "{until} まで続けます。",
    "suggest.how": "答え方: sumika suggest yes 名前、または no 名前",
    "suggest.said_no": "行いません。今日はもう提案しません。",
    "suggest.done": "行いました: {what}",
    "suggest.changed": "安全ゲートが {what} に改めました",
    "suggest.vetoed": "安全ゲートが {what} を認めません: {why}",
    "suggest.vetoed_for_now": "安全ゲートが {what} をまだ認めません: {why}。{until} まで繰り返し頼みます",
    "suggest.on_its_way": "安全ゲートに渡しました。まだ返事がありません: {what}",
    "suggest.standing.open": "受付中",
    "suggest.standing.yes": "「はい」と回答済み",
    "suggest.standing.no": "「いいえ」と回答済み",
    "suggest.standing.expired": "期限切れ",
    "suggest.standing.withdrawn": "取り下げ",
}
