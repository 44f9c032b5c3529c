"""What was found wrong or changed, in Japanese: devices, sensors, the house, and at which level control goes on."""

FOUND = {
    "finding.all": "すべて",
    "finding.sure": "{sentence} (確度 {percent} %)",
    "finding.unreachable": "{subject} は {minutes} 分間応答していません。計画はこの機器なしで続きます。",
    "finding.impossible_reading": "{subject} は {detail} = {measured} と答えましたが、ありえない値です。使いません。",
    "finding.wrong_unit": "{subject} は {detail} = {measured} と答えました。"
    "単位が違うようです (正しい単位では {reads})。"
    "使いません。読み取り側で単位を設定してください。",
    "finding.jumping_reading": "{subject}: {detail} が {minutes} 分で {before} から {measured} に飛びました。"
    "使いません。",
    "finding.drifting_reading": "{subject}: {detail} が {since} から、ほかの部屋とモデルの値より "
    "{off} ずれています。使いません。",
    "finding.window_open": "{subject}: {since} から窓かドアが開いているように外気と入れ替わっています "
    "(毎秒 {flow} L)。その間この部屋は冷暖房しません。",
    "finding.unknown_heat": "{subject}: {since} から不明な熱源が {watts} W の熱を出しています。",
    "finding.unknown_cold": "{subject}: {since} から {watts} W の熱が不明な先へ失われています。",
    "finding.no_effect": "{subject} は動作中と答え、{watts} W を出すはずですが、{since} から効果がありません。",
    "finding.less_air": "{subject}: 換気量が {since} の頃より {percent} % 減りました。"
    "フィルターと給排気口を見てください。",
    "finding.less_heat": "{subject} の出す熱が {since} の頃より {percent} % 減りました。"
    "フィルターと室外機を見てください。",
    "finding.described_otherwise": "{subject} は {described} ですが、測定では {measured} ± {sigma} です。"
    "計画は測定に従います。",
    "event.unreachable": "{subject} が応答しません",
    "event.unreachable.recovered": "{subject} が再び応答しています",
    "event.topics_refused": "接続{subject}: ブローカーが次のトピックの受信を許していません",
    "event.topics_refused.recovered": "接続{subject}: すべてのトピックを再び受信できます",
    "event.says_nothing_of_its_kind": "{subject} からは、その種類のセンサーの値が届きません",
    "event.says_nothing_of_its_kind.recovered": "{subject} から、その種類のセンサーの値が再び届いています",
    "event.impossible_reading": "{subject} がありえない値を示しています",
    "event.impossible_reading.recovered": "{subject} の値が正常に戻りました",
    "event.wrong_unit": "{subject} の単位が違うようです",
    "event.wrong_unit.recovered": "{subject} の単位が正しくなりました",
    "event.jumping_reading": "{subject} の値が急に飛びました",
    "event.jumping_reading.recovered": "{subject} の値が正常に戻りました",
    "event.drifting_reading": "{subject} の値がずれてきました",
    "event.drifting_reading.recovered": "{subject} の値が再び合っています",
    "event.window_open": "{subject}: 窓かドアが開いているようです",
    "event.window_open.recovered": "{subject}: 窓かドアは閉まったようです",
    "event.unknown_heat": "{subject} が不明な熱源で暖まっています",
    "event.unknown_heat.recovered": "{subject}: 不明な熱は終わりました",
    "event.unknown_cold": "{subject} から熱が不明な先へ逃げています",
    "event.unknown_cold.recovered": "{subject} の熱は保たれています",
    "event.less_air": "{subject} の換気量が減りました",
    "event.less_air.recovered": "{subject} の換気量が戻りました",
    "event.less_heat": "{subject} の出す熱が減りました",
    "event.less_heat.recovered": "{subject} の出す熱が戻りました",
    "event.described_otherwise": "house.yaml と測定が食い違っています: {subject}",
    "event.described_otherwise.recovered": "house.yaml と測定が再び合っています: {subject}",
    "level.full": "制御は完全に動いています。",
    "level.reduced": "制御は次のものなしで続いています: {without}。",
    "level.policy": "有効な計画がありません。蒸留方策が制御しています。",
    "level.rules": "有効な計画がありません。単純な規則が制御しています。",
    "level.fail_safe": "制御するものがありません。機器はそれぞれに任されています。",
    "level.off": "自動制御はオフです。機器は本体の設定と手動操作で動きます。",
    "level.without.device": "{subject}",
    "level.without.reading": "{subject} の {detail}",
    "level.without.readings": "部屋の測定値",
    "level.without.forecast": "天気予報 (家の記録で代用)",
    "level.without.agreement": "{subject} での意見の一致 (暑いと寒いが同時: 中間を保ちます)",
    "finding.swapped_sensors": "{subject} と {detail} のセンサーが入れ替わっているようです。"
    "house.yaml の部屋を入れ替えてください。",
    "finding.swapped_put_right": "{subject} と {detail} のセンサーは確実に入れ替わっているため、"
    "入れ替えて読み取っています。"
    "house.yaml を直すか、センサーを入れ替えてください。",
    "event.swapped_sensors": "{subject} のセンサーは別の部屋にあるようです",
    "event.swapped_sensors.recovered": "{subject} のセンサーは記述どおりの部屋にあります",
}
