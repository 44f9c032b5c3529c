"""Every form in which a Japanese adjective is said: まぶしくて, まぶしすぎる and, in loose speech, つめてえ."""

from collections.abc import Iterator

from sumika.assistant.sentences_forms import DID, DO, IF, IS, NOT, WILL

_UNBEARABLE = (
    *(
        "たまらん",
        "たまらない",
        "かなわん",
        "かなん",
        "かなんなあ",
        "やれん",
        "たまらんわ",
        "かなわない",
        "しゃあない",
        "しょうがない",
        "しゃーない",
        "仕方ない",
        "仕方がない",
        "しかたない",
    ),
    *(
        "つらい",
        "死にそう",
        "眠れない",
        "寝られない",
        "寝れない",
        "やっとれん",
        "やってられない",
        "おられん",
        "おれん",
        "いやになる",
        "困る",
        "ねむれない",
        *(
            "いかん",
            "いけん",
            "あかん",
            "だめ",
            "だめだ",
            "嫌だ",
            "いやだ",
            "いや",
            "嫌",
            "やばい",
            "わがんね",
            "わかんね",
        ),
        *(
            "わからん",
            "わがね",
            "耐えられない",
            "我慢できない",
            "がまんできない",
            "がまんできん",
            "どうしようもない",
            "まいる",
        ),
        *(
            "まいった",
            "集中できない",
            "仕事にならない",
            "勉強できない",
            "過ごせない",
            "いられない",
            "おれへん",
            "おられへん",
        ),
        "ねられない",
        "ねれん",
        "寝れん",
        "眠れん",
        "どもならん",
        *("どもならね", "どもなんね", "寝らんね", "寝らいね", "気持ち悪い", "疲れる", "しんどい"),
    ),
)
_BECOMES = ("なる", "なります", "なりそう", "なんの", "なりますか", "なるん", "なるべ", "なると", "なりよる")
_LOOKS = (
    (DO, ("く", "う", "くう", "め", "ゅう", "くに")),
    (
        IS,
        (
            "い",
            "いん",
            "か",
            "かっ",
            "え",
            "すぎる",
            "すぎ",
            "過ぎる",
            "過ぎ",
            "すぎて",
            "そう",
            "くて",
            "うて",
            "うございます",
            "うございますね",
            "うございますな",
            "がってる",
            "がっている",
            "がっとる",
            "がって",
        ),
    ),
    (
        NOT,
        (
            "くない",
            "くないか",
            "くないかい",
            "くないかのう",
            "くないかね",
            "くないけ",
            "くねが",
            "くねべが",
            "うないか",
            "うない",
            "ない",
            "くありません",
            "くなか",
            "くね",
            "くねか",
            "くねえ",
            "くないです",
        ),
    ),
    (IS, ("くなってきた", "くなった", "うなってきた", "うなった", "なってきた", "くなってる", "くなっている")),
    (
        IS,
        (
            "くなっちゃった",
            "くなってしまった",
            "くなっちまった",
            "くなっとる",
            "くなってきとる",
            "くなってきてる",
            "くなりました",
        ),
    ),
    (
        IS,
        ("うなってもた", "くなってもた", "くなってもうた", "くなってきました", "くなってきちゃった", "くなってまった"),
    ),
    (IS, ("ー", "いー", "さ", "すぎます", "すぎた", "いです")),
    (
        IS,
        tuple(
            adverb + felt
            for adverb in "くう"
            for felt in ("感じる", "感じます", "感じて", "思う", "思います", "思えます")
        ),
    ),
    (DID, ("かった", "かったです", "くなかった", "すぎた", "かっ", "かったん")),
    (IF, ("ければ", "かったら", "いと", "くなったら", "くなると", "いなら", "くても", "いとき", "い時", "いのに")),
    (WILL, tuple(adverb + become for adverb in "くう" for become in _BECOMES)),
)


_SLURRED = dict(
    zip("かがさざただなはばまらわむるぐくすろどそよ", "けげせぜてでねへべめれえみりぎきしれでせえ", strict=True)
)
"""What the end of a stem becomes in loose speech, with え or い: つめてえ, わりい, さみい, おせえ."""


_ROUNDED = dict(zip("かがさざただなはばまやらわ", "こごそぞとどのほぼもよろお", strict=True))
"""What the last vowel of a stem becomes in the west before う."""


def looks(plain: str) -> Iterator[tuple[str, str]]:
    """Yield the forms of an adjective, and what each says: DO is its adverb, "brightly".

    Args:
        plain: As in the dictionary, in い.
    """
    stem = plain[:-1]
    yield from (
        (stem + joint + end, IS)
        for joint in ("くて", "うて", "ぐて", "くちゃ", "うちゃ", "くては")
        for end in _UNBEARABLE
    )
    for mood, endings in _LOOKS:
        yield from ((stem + end, mood) for end in endings)
        # The north voices it: 寒ぐて, 暗ぐなった.
        yield from ((stem + "ぐ" + end[1:], mood) for end in endings if end.startswith("く") and len(end) > 1)
    if stem[-1] in _SLURRED:
        yield from ((stem[:-1] + _SLURRED[stem[-1]] + end, IS) for end in ("え", "い", "ぇ", "ぃ", ""))
    if stem[-1] in _ROUNDED:
        # The west rounds it: 暖こうして, はようなる.
        rounded = stem[:-1] + _ROUNDED[stem[-1]] + "う"
        yield from (
            (rounded + end, mood) for end, mood in (("", DO), ("て", IS), ("なった", IS), ("なる", WILL), ("ない", NOT))
        )
    if plain.endswith("しい"):
        yield plain[:-2] + "しゅう", DO
