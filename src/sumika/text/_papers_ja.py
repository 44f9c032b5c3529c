"""What the page says of papers, in Japanese."""

PAPERS: dict[str, str] = {
    "papers.no_such": "その書類はありません（なくなりました）",
    "papers.decided": "すでに承認または却下されています。読み込み直してください",
    "papers.anew": "読んでいる間に書き直されました。もう一度お読みください",
    "papers.note": "取り消された箇所があります。それでもよい理由を書いてください",
    "papers.busy": "書類を作成中で時間がかかっています。まだ何も行われていません。少し待ってからもう一度お試しください",
    "papers.not_done": "何も行われませんでした: {why}",
    "papers.too_large": "PDFが大きすぎます。住まいのコンピューターで `sumika desk show` を使うとファイルに書き出せます",
    "papers.no_kind": "その種類の書類はありません",
    "papers.no_day": "その日の書類はありません",
    "papers.too_many": "作成待ちの書類が多すぎます。終わるまでお待ちください",
    "page.refused.no_desk": "この住まいではまだ書類を作成していません",
    "page.remedy.no_desk": "house.yaml に `desk: {{}}` と書き、sumika[desk] を入れて、住まいを再起動してください。",
    "page.refused.paper_person": "書類の承認・却下は人だけが行えます。機械にはできません",
    "page.refused.no_paper": "その書類はありません",
}
