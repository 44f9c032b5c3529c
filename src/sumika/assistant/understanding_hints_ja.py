"""What is only hinted at in Japanese: cold, heat, bad air, darkness, glare, dry and damp air by a word of them alone.

Whoever is cold says so in a thousand ways: 半袖じゃいられない, 首筋がゾクゾクする. Where neither book nor student read a
sentence that tells how it is here and now, a word that says it of nothing else is enough.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from sumika.assistant.calls import Call

_CUES: Mapping[str, str] = MappingProxyType(
    {
        "feel cold": "寒(?:[いすっけか]|く(?:て|な))|さむ(?:[いすっ]|く(?:て|な))|さぶ(?:[いすっ]|く(?:て|な))|冷え|ひえ[るてと]|凍え|こごえ|凍り|凍死|かじか[むん]|震え|ガタガタふる|ぞくぞく|ゾクゾク"
        "|鳥肌|しばれ|底冷え|スースー|すーすー|すうすう|すきま風|隙間風|(?:半袖|薄着|Tシャツ|一枚)じゃ|厚着|着込|(?:膝掛け|ひざ掛け|上着|羽織るもの)[がはも]?(?:ないと|なきゃ|なしじゃ|ほしい|欲しい|要る|いる)|毛布|カイロ|湯たんぽ"
        "|息が白|(?:布団|こたつ|ふとん)から出(?:ら|れ|た)|風邪(?:を)?ひ(?:き|い)|湯冷め|氷みたい|キンキン|冷気|かぜひ(?:き|い)",
        "feel hot": "暑(?:[いすっ苦か]|く(?:て|な))|あつ(?:[いすっ]い?|く(?:て|な))|蒸し暑|汗|あせ[がでだ]|のぼせ|ほて[るっ]|火照|うだ[るっ]|ゆだ[るっ]|茹だ|とけ(?:そう|ちゃ)|溶け"
        "|サウナ|蒸し風呂|熱帯|真夏みたい|ぬくすぎ|寝苦し|バテ|ばて[るそて]|干からび|扇い|うちわ",
        "feel stuffy": "息(?:が|を)?(?:苦し|詰ま|つま)|息苦し|酸欠|酸素が|空気が?(?:悪|わる|よど|淀|重|こも|薄|濁)|(?:煙|けむ)[いたっ]|むわっ|もわっ|むっと|ムッと"
        "|(?:臭|くさ)[いっすく]|におい[がの]?(?:する|こも|残|ひど|きつ|取れ|とれ|抜け)|臭い[がの](?:する|こも|残|ひど|きつ|取れ)|(?:油|魚|焦げ|カレー|たばこ|タバコ|煙|生ごみ|生ゴミ|ペンキ|おむつ|汗|薬|ゴム|プラスチック)の?(?:におい|臭い|匂い)|換気(?:した|し)たほうが|よどんで|むんむん",
        "level up": "暗(?:[いすっ]|く(?:て|な|ちゃ))|薄暗|真っ暗|まっくら|(?<![れのこぐそ])くらい(?:よ|ね|な|わ|$)|見えな|見えん|見えへん|見えにく|見えづら|見づら|読めな|読みづら|読みにく|手探り|心もとない明る|影(?:が(?:でき|出)|にな|で)|書きにく|書きづら|字が書け",
        "level down": "まぶし|眩し|まぶしゅ|明るすぎ|明る過ぎ|明るくて|チカチカ|ちかちか|ギラギラ|ぎらぎら|目が冴え|目に(?:しみ|痛|刺さ)",
        "humidity up": "(?:喉|のど|鼻|肌|唇|目|口)[がのも]{0,2}(?:中[がも])?(?:カラカラ|からから|乾|かわ[いくき]|カサカサ|かさかさ|ヒリヒリ|ひりひり|イガイガ|いがいが|パリパリ|割れ)|静電気|空気が?(?:カラカラ|からから|乾[いき燥])|つっぱ|カピカピ|粉を?ふ|乾燥(?:し|がひど|がすご|気味)",
        "humidity down": "じめじめ|ジメジメ|じめっ|ジメッ|湿っぽ|しめっぽ|湿気|結露|べたべた|ベタベタ|べとべと|ベトベト|じとじと|ジトジト|じとっ|生乾き|カビ|かび(?:が|くさ|臭|そう)|しける",
    }
)
"""By what is meant: words that are said of it, and in a sentence about a home of little else."""

_ELSEWHERE = re.compile(
    "外|そと|表|庭|ベランダ|駅|電車|バス|車|会社|職場|学校|店|街|町|道|公園|ホテル|旅|山|海|国|地方|実家|隣|近所|友達|映画|ドラマ|小説|本当は|写真|画面|スマホ|テレビ|パソコン"
    "|昨日|きのう|昨夜|ゆうべ|おととい|先週|先月|去年|昔|子どもの頃|さっきまで|明日|あした|今夜|来週|予報|朝晩|季節|夏|冬|秋|春|梅雨|今年|毎年|毎日|いつも"
    "|小さ|ちいさ|薄く|かすれ|もっと|もう少し|もうちょ|なんで|どうして|なぜ|何|いつ(?!も)|どこ|誰|だれ|いくら|なんぼ|どの|どれ|教え|見せ|たら|のに(?!お|臭|匂)|くても|いてもいい|ほうが|方が|より|夢|気持ち|気分|心|性格|話|声|顔|未来|将来|財布|懐|冗談|怖い話|料理|ご飯|ごはん|スープ|お?茶|コーヒー|飲み物|酒|弁当|アイス|便座|靴(?!下)|髪|服|タオル|匂い袋|香水|花|猫|犬"
    "|病院|薬|熱が|風呂上が|運動|走[っり]|散歩|仕事|らしい|そうだ|って(?:言|いう|聞|さ|よ)|みたいだった|はず|もし|なら|けど平気|だけ平気"
)
_NO_TELLING = re.compile(
    "[?？「」『』]|ほしい|欲しい|ください|お願い|頼む|[てで](?:や|ね|よ|な|ー|くれ|けろ|ください)*[、。,]|[てでとど](?:ください|くれ|ほしい|おい|おいて|いて)?[。!！ー]*$|ないで|(?<!って)なさい|ろ[。!！]*$"
    "|(?:か|かな|かしら|かね|だろう|でしょう|っけ|ろうか)[。!！ー]*$|たい(?:な|ね|よ|わ|です|んだ|なあ|なぁ)*[。ー]*$"
    "|く(?:ない|ね[えぇ]|なか|ありません|はない|もない)|(?<!き)(?<!ちゃっ)(?<!なっ)(?<!じゃっ)(?<!もう)(?<!てっ)[ただ](?:よ|ね|な|わ|なあ|んだ|です|よね|の)*[。!！ー]*$"
    "|ました[。!！]*$|ありがと|おかげ|ちょうど|好き|嫌い|平気|大丈夫|気持ちいい|落ち着く|いい(?:ね|な|よ|わ|感じ)|良くな|よくな|直った|治った|おさま|収ま"
)
_OF_HERE = re.compile(
    "部屋|居間|寝室|台所|廊下|玄関|和室|洗面所|脱衣所|風呂場|家(?:中|じゅう)?|空気|風|床|壁|窓|窓際|窓辺|ガラス|畳|天井|布団|毛布|シーツ|枕|ベッド|ソファ|パジャマ|寝巻き?|シャツ|Tシャツ"
    "|セーター|靴下|半袖|薄着|厚着|上着|一枚|二枚|膝掛|膝|体|身体|全身|手元|手先|手足|手|足元|足先|足|指先|指|首筋|首|背中|背筋|腰|肩|頭|額|顔|頬|耳|目|鼻|喉|口|唇|肌|歯|芯|腕|脚|爪先|息"
    "|汗|涙|影|光|明るさ|灯り|日差|日射|西日|朝日|夕日|日|本|新聞|文字|字|針|糸|包丁|手紙|楽譜|鏡|化粧|料理中|洗濯物|部屋干|揚物|揚げ物|焼肉|焼魚|焼き魚|魚|油|煙|鍋|湯気|水滴|湿気|静電気|冷気|熱気|温度|湿度"
    "|空調|集中|我慢|作業|勉強|仕事|読書|昼寝|寝苦|寝返|眠|寝|起|今|少|全然|一日中|最近|急|本当|感|気|自分|私|僕|俺|何枚|真夏|真冬|冷蔵庫|冷凍庫|砂漠|北極|南極|熱帯夜|蒸風呂|蒸|苦|痛"
    "|コタツ|キーボード|ペン|スマート|ドライヤー|カレー|タバコ|ガタガタ|ブルブル|パリパリ|カラカラ|ベタベタ|サラサラ|ヒリヒリ|ムンムン|ジメジメ|ムシムシ|ポカポカ|ドロドロ|スースー|ゾクゾク|チカチカ|ギラギラ"
)
"""What cold, heat, darkness and bad air are felt with and by, at home; whatever else is named, it may be said of that."""
_NAMED = re.compile("[一-龠々]+|[ァ-ヶー]{2,}")
_STEM = re.compile("[ぁ-ん](?<![がはをもにでとのへや])")
LONGEST = 32
"""A hint has so many letters at most; what is longer tells a story."""


def hinted(sentence: str) -> Call | None:
    """Return the complaint that a sentence hints at; None where it is about something else or may mean two.

    Args:
        sentence: As it was said, in Japanese, without names of things, rooms and people of the house.
    """
    said = sentence.strip(" 。.!！〜~ー\uff5e")
    if len(said) > LONGEST or _ELSEWHERE.search(said) or _NO_TELLING.search(said):
        return None
    found = [key for key, cues in _CUES.items() if re.search(cues, said)]
    if {"feel hot", "humidity down"} == set(found):
        found = ["feel hot"]  # べたべたする汗
    if len(found) != 1:
        return None
    if _names_something_else(re.sub(_CUES[found[0]], "、", said)):
        return None
    tool, _, what = found[0].partition(" ")
    return Call(tool=tool, what=what)


def _names_something_else(said: str) -> bool:
    """Tell whether a thing is named beside a hint that is not felt, nor read or worn at home: 牛乳がくさい."""
    rest = _OF_HERE.sub("、", said)
    for named in _NAMED.finditer(rest):
        is_stem = len(named[0]) == 1 and _STEM.match(rest, named.end()) is not None
        if not is_stem:
            return True
    return False
