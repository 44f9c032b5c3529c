"""How Japanese words are read: to a child, or to who writes without converting, 換気扇 is かんきせん.

Only kanji that stand in names of things of a house are known here; a word with any other has no reading.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

SHORTEST = 3
"""A reading with fewer letters is too easily another word: 居間 and 今 are both いま, くーらー stands in いくら."""

_PAIRS = """
空気:くうき 清浄:せいじょう 空清:くうせい 加湿:かしつ 除湿:じょしつ 換気:かんき 扇:せん 暖房:だんぼう
冷房:れいぼう 冷暖房:れいだんぼう 空調:くうちょう 全館:ぜんかん 床暖:ゆかだん 床暖房:ゆかだんぼう 機:き
器:き 給湯:きゅうとう 貯湯:ちょとう 湯:ゆ 風呂:ふろ 電気:でんき 照明:しょうめい 明かり:あかり
灯り:あかり 明り:あかり 電灯:でんとう 電球:でんきゅう 蛍光灯:けいこうとう 間接:かんせつ
常夜灯:じょうやとう 豆電球:まめでんきゅう 天窓:てんまど 窓:まど 雨戸:あまど 障子:しょうじ 電動:でんどう
洗濯:せんたく 物:もの 乾燥:かんそう 衣類:いるい 浴室:よくしつ 食洗:しょくせん 食器:しょっき
洗い:あらい 皿:さら 炊飯:すいはん 掃除:そうじ 太陽光:たいようこう 発電:はつでん 蓄電池:ちくでんち
充電:じゅうでん 電気自動車:でんきじどうしゃ 暖:だん 茶の間:ちゃのま 応接間:おうせつま 台所:だいどころ
お勝手:おかって 寝室:しんしつ 主寝室:しゅしんしつ 寝間:ねま 寝床:ねどこ 食堂:しょくどう 子供:こども
子ども:こども 部屋:へや 子供部屋:こどもべや 子ども部屋:こどもべや 勉強部屋:べんきょうべや
仕事部屋:しごとべや 洗面所:せんめんじょ 洗面:せんめん 脱衣所:だついじょ 便所:べんじょ 手洗い:てあらい
廊下:ろうか 玄関:げんかん 階段:かいだん 踊り場:おどりば 和室:わしつ 畳:たたみ 座敷:ざしき 仏間:ぶつま
客間:きゃくま 書斎:しょさい 仕事:しごと 作業:さぎょう 勉強:べんきょう 納戸:なんど 物置:ものおき
押し入れ:おしいれ 収納:しゅうのう 屋根裏:やねうら 車庫:しゃこ 縁側:えんがわ 庭:にわ 二階:にかい
一階:いっかい 家中:いえじゅう 家全体:いえぜんたい 全部屋:ぜんへや 全室:ぜんしつ 祖母:そぼ 祖父:そふ
お母さん:おかあさん お父さん:おとうさん 婆:ばあ 爺:じい 娘:むすめ 息子:むすこ 弟:おとうと 妹:いもうと
兄ちゃん:にいちゃん 兄さん:にいさん 姉ちゃん:ねえちゃん 姉さん:ねえさん 赤ちゃん:あかちゃん 主人:しゅじん
旦那:だんな 色:しょく 昼光:ちゅうこう 昼白:ちゅうはく 温白:おんぱく 湿度:しつど 温度:おんど
室温:しつおん
米:こめ 汗:あせ 冷たい:つめたい 冷える:ひえる 足:あし 体:からだ 風:かぜ 音:おと 心臓:しんぞう
電源:でんげん 追い焚き:おいだき 強運転:きょううんてん 必要:ひつよう 交換:こうかん 点検:てんけん
修理:しゅうり 故障:こしょう 調子:ちょうし 具合:ぐあい 様子:ようす 状態:じょうたい 時期:じき 電池:でんち
残量:ざんりょう 残り:のこり 睡眠:すいみん 時間:じかん 心拍:しんぱく 数:すう 脈拍:みゃくはく 呼吸:こきゅう
寝息:ねいき 眠り:ねむり 寝つき:ねつき 予約:よやく 開始:かいし 停止:ていし 運転:うんてん 中止:ちゅうし
設定:せってい 最大:さいだい 最小:さいしょう 半分:はんぶん 全開:ぜんかい 風量:ふうりょう 強め:つよめ
弱め:よわめ 明るさ:あかるさ 暗め:くらめ 明るめ:あかるめ 送風:そうふう 自動:じどう 代:だい 料金:りょうきん
電力:でんりょく 消費:しょうひ 量:りょう 使用:しよう 節約:せつやく 値段:ねだん 天気:てんき 予報:よほう
気温:きおん 外気温:がいきおん 平均:へいきん 最高:さいこう 最低:さいてい 理由:りゆう 原因:げんいん
予定:よてい 今日:きょう 日付:ひづけ 曜日:ようび 時刻:じこく 煙:けむり 火事:かじ 来客:らいきゃく
客:きゃく 警報:けいほう 転倒:てんとう 異常:いじょう 変化:へんか 最近:さいきん 二酸化炭素:にさんかたんそ
濃度:のうど 花粉:かふん 騒音:そうおん 湿気:しっけ 室内:しつない 寝:ね 起床:きしょう 就寝:しゅうしん
時計:とけい 使い方:つかいかた 大丈夫:だいじょうぶ 正常:せいじょう 何時:なんじ 何度:なんど 何回:なんかい
何分:なんぷん 何時間:なんじかん 何人:なんにん 誰:だれ 今:いま 全部:ぜんぶ 少し:すこし 一番:いちばん
布団:ふとん 夜中:よなか 途中:とちゅう 回数:かいすう 深い:ふかい 浅い:あさい 網:あみ 手入れ:ていれ
清掃:せいそう 部品:ぶひん 家:いえ
"""
_KANJI: Mapping[str, str] = MappingProxyType(dict(pair.split(":") for pair in _PAIRS.split()))
_LONGEST = max(map(len, _KANJI))
_KATAKANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_LONG = re.compile("(?<=[ぁ-ゟ])ー+")


def in_hiragana(word: str) -> str:
    """Return a word of the grammar in hiragana alone, as a recogniser may write it; empty where that is not sure.

    Args:
        word: As it stands among the words of the frames, in letters.
    """
    return without_long_marks(next(readings(word), ""))


def without_long_marks(text: str) -> str:
    """Return a text without the marks that only lengthen a voice: かーてん and てれびー are かてん and てれび."""
    return _LONG.sub("", text) if "ー" in text else text


def readings(word: str) -> Iterator[str]:
    """Yield how a word is written in hiragana alone; nothing where that is the word itself, unknown or too short.

    Args:
        word: In kanji, katakana, or both.
    """
    kana, mixed, at = "", "", 0
    while at < len(word):
        for length in range(min(_LONGEST, len(word) - at), 0, -1):
            if read := _KANJI.get(word[at : at + length]):
                kana, mixed, at = kana + read, mixed + read, at + length
                break
        else:
            kana, mixed, at = kana + word[at].translate(_KATAKANA), mixed + word[at], at + 1
    if not re.fullmatch("[ぁ-ゖー]+", kana) or kana == word or len(without_long_marks(kana)) < SHORTEST:
        return
    yield kana
    if mixed not in (word, kana):
        yield mixed  # おそうじロボット


_UNVOICED, _VOICED = "かきくけこたちつてとカキクケコタチツテト", "がぎぐげごだぢづでどガギグゲゴダヂヅデド"
_VOICE = str.maketrans(_UNVOICED, _VOICED)
_MOST_VOICED = 3


def voiced(word: str) -> Iterator[str]:
    """Yield how the north of Japan says a word, which voices k and t within words: 明がり, カーデン, せんだぐぎ.

    Args:
        word: Of a thing, in kanji, kana or both.
    """
    long_enough = len(word) > SHORTEST or (len(word) == SHORTEST and not re.fullmatch("[ぁ-ゖー]+", word))
    places = [at for at in range(1, len(word)) if word[at] in _UNVOICED and word[at - 1] not in "っッ"]
    if not long_enough or not places or len(places) > _MOST_VOICED:
        return
    for chosen in range(1, 1 << len(places)):
        said = list(word)
        for number, at in enumerate(places):
            if chosen >> number & 1:
                said[at] = said[at].translate(_VOICE)
        yield "".join(said)
