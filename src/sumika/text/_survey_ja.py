"""What a look at the house says, in Japanese: the empty room that is learned, and the walk that finds a radar."""

SURVEY: dict[str, str] = {
    "survey.mover": "{room}の動くもの {n}",
    "survey.busy": "別の測定の途中です",
    "survey.busy.remedy": "終わるまで待つか、中止してください。",
    "survey.broken": "測定が途中で終わりました",
    "survey.broken.remedy": "もう一度試してください。`sumika doctor` で各部の状態がわかります。",
    "survey.no_radar": "「{name}」というレーダーはこの家にありません",
    "survey.no_room": "「{name}」という部屋はこの家にありません",
    "survey.none": "ここでは測定できません",
    "survey.short_way": "道順には印が3つ以上必要です",
    "survey.empty.unknown": "人がいるかどうか分かりません。方向の分かるレーダーから信号が来ていない部屋があります",
    "survey.empty.unknown.remedy": "「状態」でレーダーが動いているか、計測が休止中でないかを確かめてください。",
    "survey.empty.not_left": "まだ人がいます：{rooms}",
    "survey.empty.not_left.remedy": "部屋を出てから、もう一度始めてください。扇風機などが人と間違われているときは、"
    "「だれもいない」と指定してください。",
    "survey.empty.walks": "歩いている人がいます：{rooms}",
    "survey.empty.walks.remedy": "ペットやロボット掃除機も含めて全員が出てから、もう一度始めてください。",
    "survey.empty.back": "途中で人が戻りました：{rooms}。何も覚えていません",
    "survey.empty.back.remedy": "だれもいないときに、もう一度始めてください。だれも戻っておらず、扇風機などが人と"
    "間違われているときは、「だれもいない」と指定してください。",
    "survey.empty.few_frames": "点のあるフレームが{frames}枚しかありません（{least}枚必要）",
    "survey.empty.few_frames.remedy": "時間を長くしてください。使えるのは方向の分かるレーダーだけです。",
    "survey.walk.unseen": "レーダーには、歩く人が見えませんでした",
    "survey.walk.unseen.remedy": "「生の信号」でレーダーが動いているか確かめ、見える場所を歩いてください。",
    "survey.walk.too_few_common_seconds": "レーダーに見えたのは{seconds}秒だけです（10秒必要）",
    "survey.walk.too_few_common_seconds.remedy": "レーダーから見える場所を、ゆっくり2周してください。"
    "x = {x} m、y = {y} m のあたりも歩いてください。",
    "survey.walk.path_too_short": "レーダーに見えた道のりが短すぎます",
    "survey.walk.path_too_short.remedy": "{room}の x = {x} m、y = {y} m のあたりも歩いてください。",
    "survey.walk.path_on_a_line": "見えた道のりが一直線なので、向きが決まりません",
    "survey.walk.path_on_a_line.remedy": "横切るようにも歩いてください。{room}の x = {x} m、y = {y} m のあたりも。",
    "survey.walk.paths_do_not_fit": "レーダーに見えた道のりが、印の順路と合いません（{left} cmのずれ）",
    "survey.walk.paths_do_not_fit.remedy": "{room}に1人だけで、印を順番にたどってください。行けない印は動かし、"
    "間取りの寸法も確かめてください。",
    "survey.walk.not_precise_enough": "この歩き方では、位置が十分に決まりません",
    "survey.walk.not_precise_enough.remedy": "2周してください。{room}の x = {x} m、y = {y} m のあたりも。",
    "survey.walk.far_off": "設定と大きく違います。本当にそこに付いているなら反映し、そうでなければ1番の印から"
    "もう一度歩いてください。",
    "survey.walk.odd_height": "設定の高さと傾きのままだと、歩いた人の体の中心が床から{height} mになります。どちらかが"
    "違っています。",
    "survey.walk.radars_differ": "同じ歩きを見た別のレーダーとは、位置が食い違います。間取りか、もう一方の"
    "レーダーの位置が違うかもしれません。",
}
