"""Words of the house in Japanese and English: devices, rooms, kin, colours, and what is measured.

Surface words only: which of them a house has, `sumika.assistant.names` finds out. The first word of each is the
plainest.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import msgspec

from sumika.assistant.readings import readings, voiced, without_long_marks


class Words(msgspec.Struct, frozen=True):
    """How one thing is called.

    Attributes:
        ja: In Japanese.
        en: In English, in the singular where there is one, in small letters but for abbreviations.
    """

    ja: tuple[str, ...]
    en: tuple[str, ...]

    def __iter__(self) -> Iterator[str]:
        return iter((*self.ja, *self.en))


def _words(ja: str, en: str) -> Words:
    said = ja.split("|")
    return Words(
        tuple(dict.fromkeys((*said, *(kana for word in said for kana in readings(word))))), tuple(en.split("|"))
    )


DEVICE_WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "room_air_conditioner": _words(
            "エアコン|クーラー|冷房|暖房|ルームエアコン|空調|冷暖房|エアコンディショナー|エアーコン|エヤコン",
            "air conditioner|aircon|AC|A/C|air con|air conditioning|cooler|heater|heating|heat|cooling|heat pump|HVAC",
        ),
        "whole_house_air_conditioner": _words(
            "全館空調|全館エアコン|全館冷暖房|セントラル空調|家全体のエアコン",
            "whole-house air conditioner|whole house air conditioning|central air conditioning|central air|"
            "central heating",
        ),
        "floor_heating": _words(
            "床暖房|床暖|ゆか暖房|ゆかだん|床暖房パネル",
            "floor heating|underfloor heating|heated floor|floor heater|radiant floor",
        ),
        "heat_pump_water_heater": _words(
            "エコキュート|給湯器|給湯|お湯|湯|おゆ|風呂の湯|お風呂のお湯|お風呂の湯|風呂のお湯|湯船のお湯|湯船の湯|浴槽のお湯|湯沸かし器|湯沸し器|貯湯タンク|給湯タンク|タンク",
            "water heater|hot water|hot water tank|EcoCute|heat pump water heater|water tank|boiler tank|tank|water|"
            "bath water",
        ),
        "balanced_ventilation": _words(
            "換気|24時間換気|二十四時間換気|換気システム|熱交換換気|換気装置|第一種換気|換気口",
            "ventilation|ventilator|ventilation system|fresh air system|heat recovery ventilator|HRV|ERV|MVHR|vent",
        ),
        "exhaust_fan": _words(
            "換気扇|ファン|排気ファン|レンジフード|換気ファン|パイプファン",
            "exhaust fan|fan|extractor fan|extractor|exhaust|range hood|cooker hood|bathroom fan|hood|vent fan",
        ),
        "humidifier": _words("加湿器|加湿機|加湿|スチーム加湿器", "humidifier|steam humidifier"),
        "dehumidifier": _words("除湿機|除湿器|除湿乾燥機", "dehumidifier|de-humidifier"),
        "air_purifier": _words(
            "空気清浄機|空気清浄器|空清|空気清浄|清浄機", "air purifier|purifier|air cleaner|air filter"
        ),
        "blind": _words(
            "ブラインド|カーテン|シャッター|雨戸|ロールスクリーン|すだれ|スクリーン|シェード|障子|レースのカーテン|ロールカーテン|窓掛け",
            "blind|curtain|shutter|shade|roller blind|roller shade|drape|screen|awning|cover|roller shutter",
        ),
        "window_opener": _words("窓|天窓|電動窓|高窓|サッシ|まど", "window|skylight|window opener|roof window"),
        "light": _words(
            "電気|明かり|灯り|照明|ライト|あかり|電灯|でんき|ランプ|電球|蛍光灯|間接照明|常夜灯|豆電球|明り|スタンド|シーリングライト|電燈|電機|伝記|証明|天井灯|卓上ライト|お電気",
            "light|lamp|lighting|ceiling light|bulb|lightbulb|light bulb|night light|spotlight|big light|main light|"
            "overhead light|tubelight|tube light",
        ),
        "pv": _words(
            "太陽光|太陽光パネル|ソーラーパネル|ソーラー|太陽光発電|太陽電池",
            "solar panel|solar|PV|photovoltaics|roof panel|solar roof",
        ),
        "battery": _words(
            "蓄電池|バッテリー|家庭用蓄電池|蓄電システム", "battery|home battery|house battery|storage battery"
        ),
        "ev_charger": _words(
            "充電器|車の充電|EV充電器|車の充電器|EV|電気自動車|車|充電スタンド|充電",
            "charger|car charger|EV charger|EV|electric car|car|charging station|wallbox|car charging",
        ),
        "boiler": _words("ボイラー|暖房ボイラー|温水ボイラー", "boiler|furnace|gas boiler|heating boiler"),
        "radiator": _words(
            "ラジエーター|パネルヒーター|ラジエータ|放熱器|温水パネル", "radiator|panel heater|radiator valve"
        ),
        "tv": _words("テレビ|TV|てれび", "TV|television|telly|tv set"),
        "appliance": _words("家電|機械|家電製品", "appliance|machine"),
    }
)
"""What each kind of device of `sumika.schema.devices` is called. Some words stand for several kinds: "heating" is
whatever warms."""

SHARED_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("暖房", "heater", "heating", "heat"),
            (
                "room_air_conditioner",
                "whole_house_air_conditioner",
                "floor_heating",
                "boiler",
                "radiator",
            ),
        ),
        **dict.fromkeys(
            ("冷房", "空調", "冷暖房", "クーラー", "cooling", "air conditioning", "hvac"),
            ("room_air_conditioner", "whole_house_air_conditioner"),
        ),
        "エアコン": ("room_air_conditioner", "whole_house_air_conditioner"),
        **dict.fromkeys(("換気", "ventilation", "vent", "ventilator"), ("balanced_ventilation", "exhaust_fan")),
        "ヒーター": ("radiator", "floor_heating", "room_air_conditioner"),
        "ファン": ("exhaust_fan", "balanced_ventilation"),
        "fan": ("exhaust_fan", "balanced_ventilation"),
    }
)
"""Words that mean more than one kind; the kinds in the order in which a house is looked through."""

APPLIANCE_WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "washing_machine": _words(
            "洗濯機|洗濯|全自動洗濯機|洗たく機|洗濯乾燥機|洗濯物|せんたくき|せんたっき|洗濯もの|洗濯もん|ドラム式洗濯機|お洗濯",
            "washing machine|washer|washing|laundry|clothes washer|washer-dryer",
        ),
        "dishwasher": _words(
            "食洗機|食器洗い機|食器洗い乾燥機|食洗器|食器洗浄機|食洗|洗い物|食器|お皿|食器洗浄機|皿洗い機|皿洗い|食器洗い|茶碗洗い|お茶碗",
            "dishwasher|dish washer|dishes",
        ),
        "dryer": _words(
            "乾燥機|衣類乾燥機|浴室乾燥|浴室乾燥機|乾太くん|ガス乾燥機",
            "dryer|tumble dryer|clothes dryer|drier|tumble drier",
        ),
        "rice_cooker": _words(
            "炊飯器|炊飯ジャー|ご飯|炊飯|お釜|お米|米|ごはん|白米|白飯|めし|飯|電気釜|炊飯機", "rice cooker|rice"
        ),
        "robot_vacuum": _words(
            "ロボット掃除機|掃除機|お掃除ロボット|ルンバ|掃除ロボット|ロボット|掃除ロボ|お掃除ロボ|自動掃除機|床掃除|床の掃除",
            "robot vacuum|vacuum|vacuum cleaner|robot cleaner",
        ),
        "kettle": _words("電気ポット|ポット|ケトル|電気ケトル", "kettle|electric kettle"),
        "coffee_maker": _words("コーヒーメーカー|コーヒーマシン", "coffee maker|coffee machine"),
        "oven": _words("オーブン|電子レンジ|レンジ", "oven|microwave"),
        "pool_pump": _words("ポンプ|プールのポンプ", "pump|pool pump"),
    }
)
"""What machines of the kind `appliance` are called, by what they do. An id or a name tells which one it is."""

ROOM_WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "living": _words(
            "リビング|居間|茶の間|リビングルーム|お茶の間|LDK|リビングダイニング|応接間|りびんぐ",
            "living room|lounge|sitting room|living|family room|front room|LDK",
        ),
        "dining": _words("ダイニング|食堂|ダイニングルーム|食卓", "dining room|dining area|dining"),
        "kitchen": _words("キッチン|台所|お勝手|だいどころ|炊事場|厨房", "kitchen|kitchenette"),
        "bedroom": _words(
            "寝室|ベッドルーム|寝間|主寝室|しんしつ|寝床", "bedroom|main bedroom|master bedroom|sleeping room"
        ),
        "children": _words(
            "子供部屋|子ども部屋|こども部屋|子供の部屋|子ども室|子供室|子どもの部屋|キッズルーム",
            "children's room|kids' room|kids room|child's room|nursery|childrens room|kid's room",
        ),
        "bathroom": _words(
            "お風呂|風呂|浴室|バスルーム|お風呂場|風呂場|おふろ|ユニットバス", "bathroom|bath|shower room"
        ),
        "washroom": _words(
            "洗面所|脱衣所|洗面室|洗面|脱衣室|洗面脱衣所|洗面台",
            "washroom|changing room|powder room|laundry room|utility room",
        ),
        "toilet": _words("トイレ|お手洗い|便所|おトイレ|御手洗|手洗い|といれ", "toilet|restroom|loo|WC|lavatory"),
        "hall": _words(
            "廊下|玄関|ホール|玄関ホール|ろうか|げんかん|通路",
            "hall|hallway|entrance|corridor|entryway|foyer|entrance hall|passage",
        ),
        "landing": _words("階段|踊り場|二階の廊下", "stairs|staircase|landing|stairway|stairwell"),
        "japanese": _words(
            "和室|畳の部屋|座敷|仏間|お座敷|客間|たたみの部屋",
            "Japanese room|tatami room|Japanese-style room|guest room|washitsu|tatami",
        ),
        "study": _words(
            "書斎|仕事部屋|ワークスペース|作業部屋|勉強部屋|事務室", "study|office|home office|work room|den"
        ),
        "storage": _words(
            "納戸|物置|クローゼット|押し入れ|収納|ウォークインクローゼット|パントリー",
            "storage room|closet|storeroom|walk-in closet|pantry|box room",
        ),
        "loft": _words("ロフト|屋根裏|屋根裏部屋", "loft|attic"),
        "garage": _words("ガレージ|車庫|駐車場", "garage|carport"),
        "sunroom": _words("サンルーム|縁側|広縁", "sunroom|conservatory|sun room"),
        "outside": _words(
            "外|屋外|そと|ベランダ|庭|バルコニー|室外|戸外|おもて|外気", "outside|outdoors|balcony|garden|yard|outdoor"
        ),
    }
)
"""What each kind of room is called. An id or a name tells of which kind a room is."""

BATHS = (
    *ROOM_WORDS["bathroom"].ja,
    "湯船",
    "お湯張り",
    "湯張り",
    "お湯はり",
    "湯はり",
    "追い焚き",
    "追い炊き",
    "おいだき",
    "浴槽",
)
"""What is asked for when somebody asks whether the bath is ready."""

WHOLE_HOUSE = _words(
    "家中|家じゅう|家全体|全部屋|全室|全館|家ん中|おうちの中|家の中|すべての部屋|全ての部屋|全部の部屋|家ぜんぶ|家全部|家じゅう全部|家中全部|家の全部|ぜんぶの部屋|おうち全部|お家全部|おうち中|お家中|どの部屋も|うちじゅう|うち中",
    "everywhere|whole house|entire house|all rooms|every room|all the rooms|all over the house|throughout the house|"
    "the whole home|whole home|entire home|whole apartment|whole flat|entire apartment|entire flat|whole place|"
    "all over|all over the place|throughout|home|house|apartment|flat|around the house|all around the house|"
    "every single room",
)
"""Every room."""

HERE = _words(
    "ここ|この部屋|こっち|こちら|部屋|お部屋|こちらの部屋|へや", "here|this room|in here|the room|my room|this place"
)
"""The room of who speaks."""

ALL_WORDS = _words(
    "全部|ぜんぶ|すべて|全て|みんな|みな|全部の|すべての|全ての|ありったけの|全|一斉に|まとめて|何もかも|残らず",
    "all|all the|all of the|every|every single|each|all my|all our|all of my|all of our|each and every|all of",
)
"""Every one of a kind."""

EVERYTHING = _words(
    "全部|ぜんぶ|すべて|全て|何もかも|みんな",
    "everything|all of it|the lot|all devices|every device|all the devices|every appliance",
)
"""Whatever can be switched."""

KIN_WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "grandmother": _words(
            "おばあちゃん|祖母|ばあちゃん|ばあば|おばあさん|ばーば|お婆ちゃん|おばあ|婆ちゃん|ばぁば|ばっちゃ|ばっちゃん|ばさま|ばあさま|ばあさん|おばば|おばあはん|ばば|ばーちゃん|婆さん|ばっぱ|ばんちゃ|ばんつぁん|ばあちゃ|ばっこ|おばあちゃま|ばあや|ばぁちゃん",
            "grandmother|grandma|granny|gran|nana|nan|grandmom",
        ),
        "grandfather": _words(
            "おじいちゃん|祖父|じいちゃん|じいじ|おじいさん|じーじ|お爺ちゃん|おじい|爺ちゃん|じぃじ|じっちゃ|じっちゃん|じさま|じいさま|じいさん|おじじ|おじいはん|じーちゃん|爺さん|じっち|じんちゃ|じんつぁん|じっこ|おじいちゃま|じぃちゃん",
            "grandfather|grandpa|grandad|granddad|gramps|grampa",
        ),
        "mother": _words(
            "お母さん|母|ママ|母さん|かあさん|おかあさん|お義母さん|義母|おふくろ|かあちゃん|お袋|母ちゃん|おかん|オカン|おっかあ|おかあ|かかあ|ママさん|マミー|かっちゃ|かあちゃ|おっかさん|おがあさん|おがさん|お母ちゃん|おかあちゃん|お母様|お母さま|かあさま",
            "mother|mum|mom|mummy|mommy|mama",
        ),
        "father": _words(
            "お父さん|父|パパ|父さん|とうさん|おとうさん|お義父さん|義父|おやじ|とうちゃん|親父|父ちゃん|おとん|オトン|おっとう|おとう|パパさん|ダディ|とっちゃ|とうちゃ|おどさん|おどうさん|おどっちゃ|おとっつぁん|お父ちゃん|おとうちゃん|ぱぱ",
            "father|dad|daddy|papa|pop",
        ),
        "wife": _words("妻|家内|奥さん|嫁|かみさん|女房", "wife"),
        "husband": _words("夫|旦那|主人|だんな|旦那さん", "husband"),
        "son": _words("息子|せがれ|坊や|息子さん", "son|boy"),
        "daughter": _words("娘|娘さん", "daughter|girl"),
        "child": _words("子供|子ども|こども|子供たち|子どもたち|赤ちゃん|こどもたち", "child|kid|children|kids|baby"),
        "elder_brother": _words(
            "お兄ちゃん|兄|お兄さん|にいちゃん|兄ちゃん|にいさん|おにいちゃん|にいに|にぃに|あんちゃん|おにい|兄貴",
            "brother|big brother|elder brother",
        ),
        "younger_brother": _words("弟", "little brother|younger brother"),
        "elder_sister": _words(
            "お姉ちゃん|姉|お姉さん|ねえちゃん|姉ちゃん|ねえさん|おねえちゃん|ねえね|ねぇね|おねえ|姉貴",
            "sister|big sister|elder sister",
        ),
        "younger_sister": _words("妹", "little sister|younger sister"),
        "uncle": _words("おじさん|叔父さん|伯父さん", "uncle"),
        "aunt": _words("おばさん|叔母さん|伯母さん", "aunt|auntie"),
    }
)
"""What kin is called. Who that is in a house, its `called` names tell."""

MYSELF = _words("私|わたし|僕|俺|自分|わし|あたし|ぼく|おれ", "I|me|myself")
"""Who speaks."""

HONORIFICS = ("さん", "ちゃん", "くん", "君", "様", "さま", "先生", "じいちゃん", "ばあちゃん")
"""What follows names of people in Japanese."""

COLOUR_WORDS: Mapping[int, Words] = MappingProxyType(
    {
        2200: _words(
            "ろうそくの色|ろうそく色|キャンドル|夕焼け色|夕日の色|ろうそくの明かり|オレンジ|橙|橙色|オレンジ色",
            "candle light|candlelight|candle|amber|orange|sunset",
        ),
        2700: _words(
            "電球色|暖色|暖かい色|温かい色|暖色系|電球の色|あったかい色|あたたかい色|黄色|黄色っぽい色|暖かみのある色",
            "warm white|warm|soft white|incandescent|yellow|warm light|cosy|cozy",
        ),
        3500: _words("温白色|温かい白", "neutral warm|warm neutral"),
        4000: _words(
            "白|白色|ナチュラル|自然な色|自然な白|白っぽい色|白い色|真っ白",
            "white|neutral white|neutral|cool white|natural white|cold white",
        ),
        5000: _words("昼白色|昼の色|太陽の色|日中の色|昼間の色", "daylight white|day white|midday|bright white"),
        6500: _words(
            "昼光色|青白い色|寒色|冷たい色|青白|寒色系|クール|青っぽい色|青っぽい白|涼しい色",
            "daylight|day light|cold|cool daylight|cool|bluish white|blueish",
        ),
    }
)
"""Colour temperatures by name, K."""

HUE_WORDS = _words(
    "赤|赤色|青|青色|緑|緑色|紫|紫色|ピンク|ピンク色|水色|黒|茶色|虹色|黄緑|レインボー",
    "red|blue|green|purple|pink|turquoise|brown|black|violet|cyan|magenta|rainbow",
)
"""Colours that a lamp of warm and cold white does not have: understood, and refused."""

QUANTITY_WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "temperature": _words("温度|室温|気温|おんど|暑さ|寒さ", "temperature|temp|warmth"),
        "humidity": _words("湿度|湿気|しつど|湿り気|乾燥", "humidity|relative humidity|moisture"),
        "co2": _words(
            "二酸化炭素|CO2|CO2濃度|二酸化炭素濃度|シーオーツー|炭酸ガス|二酸化炭素の濃度|CO2の濃度",
            "CO2|carbon dioxide|CO2 level|co two|carbon dioxide level|CO2 concentration",
        ),
        "air": _words(
            "空気|空気の質|PM2.5|ほこり|粉じん|ホコリ|におい|空気質|花粉|微粒子|臭い|VOC|チリ",
            "air|air quality|dust|PM2.5|particles|fine dust|particulate matter|VOC|particulates",
        ),
        "light": _words("明るさ|照度|ルクス", "brightness|illuminance|light level|lux|how bright"),
        "noise": _words(
            "音|騒音|うるささ|音の大きさ|騒音レベル|デシベル", "noise|noise level|sound level|loudness|sound"
        ),
    }
)
"""What is measured in a room, by the closed words of the tool `climate`."""


def kinds_of_word(word: str) -> tuple[str, ...]:
    """Return the kinds of device that a word can mean, most usual first; () if it means none.

    Args:
        word: As it is said, without article; the plural of an English word is understood.
    """
    wanted = plain(word)
    shared = _SHARED.get(wanted) or _SHARED.get(singular(wanted))
    if shared is not None:
        return shared
    kind = _KINDS.get(wanted) or _KINDS.get(singular(wanted))
    return () if kind is None else (kind,)


def appliance_of_word(word: str) -> str:
    """Return what a machine does that is called so, for example "dishwasher"; "" if that is no machine's word."""
    wanted = plain(word)
    return _APPLIANCES.get(wanted) or _APPLIANCES.get(singular(wanted)) or ""


def plain(word: str) -> str:
    """Return a word for comparison: NFKC, small letters, without blanks, hyphens, apostrophes and lengthening marks."""
    return without_long_marks(unicodedata.normalize("NFKC", word).casefold().translate(_BLANKS))


def is_japanese(text: str) -> bool:
    """Tell whether a text has kana or kanji in it; "15 °C" and "Zoë" are English."""
    return any(letter > "\u2fff" for letter in text)


def singular(word: str) -> str:
    """Return an English word without the ending of its plural; any other word as it is."""
    if len(word) < 4 or is_japanese(word) or word.endswith("ss") or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


_BLANKS = str.maketrans("", "", " -_'\u2019\u2010\u2011\u30fb")
_SHARED: Mapping[str, tuple[str, ...]] = {plain(word): kinds for word, kinds in SHARED_WORDS.items()}


def _and_voiced(things: Mapping[str, Words]) -> dict[str, str]:
    """Return what words mean; those that the north voices are added where they are no words themselves."""
    meant = {plain(word): what for what, words in things.items() for word in words}
    return {plain(one): what for what, words in things.items() for word in words.ja for one in voiced(word)} | meant


_KINDS: Mapping[str, str] = _and_voiced(DEVICE_WORDS)
_APPLIANCES: Mapping[str, str] = _and_voiced(APPLIANCE_WORDS)
