"""Every form in which a Japanese verb is said, brought back to what it is: an order, a state, the past.

つけていただけますか, つけておくれ, つけてけろ and つけろ are all つける as an order; つけないで is a denial, ついてる a
state and ついたら a condition. Endings are of every register: courtly, plain, old people's, children's, dialects'.
"""

import re
from collections.abc import Iterator, Mapping

DO, IS, DID, WILL, NOT, STOP, IF, TE = "do", "is", "did", "will", "not", "stop", "if", "te"
"""An order, a state, the past, what will be, a negation, an order not to do it, a condition, and the joining form."""

_ICHIDAN = frozenset("えけげせぜてでねへべめれいきぎしじちにひびみり")
_ICHIDAN_KANJI = frozenset(("見る", "出る", "寝る", "着る", "居る", "経る"))
_GODAN_RU = (
    "回る",
    "入る",
    "切る",
    "減る",
    "絞る",
    "要る",
    "帰る",
    "参る",
    "走る",
    "しぼる",
    "入いる",
    "はいる",
    "きる",
)
"""Verbs in る that change as those in う do, although they look otherwise."""
_GODAN: Mapping[str, tuple[str, str, str, str, str]] = {
    "う": ("い", "え", "わ", "っ", "お"),
    "つ": ("ち", "て", "た", "っ", "と"),
    "る": ("り", "れ", "ら", "っ", "ろ"),
    "む": ("み", "め", "ま", "ん", "も"),
    "ぶ": ("び", "べ", "ば", "ん", "ぼ"),
    "ぬ": ("に", "ね", "な", "ん", "の"),
    "く": ("き", "け", "か", "い", "こ"),
    "ぐ": ("ぎ", "げ", "が", "い", "ご"),
    "す": ("し", "せ", "さ", "し", "そ"),
}

_SOFT = (
    "(?:です(?:か[ねな]?)?|ます(?:か[ねな]?)?|ません(?:か[ねな]?)?|でしょうか?|だろうか?|でしょ|やろうか?|やろか?|じゃろうか?|じゃろか?|べか?|かしら|かのう?|かな[あぁ]?|かね[え]?|かい?な?"
    "|か|のう?|ん|の|よ[おー]?ね?|ね[えぇ]?|な[あぁー]?|わ|や|さ|ぞ|で|のよ|もんだ?|ねん|けん|ばい|たい|と|が|んだけど|んですけ[れ]?ど|のですが|んですが|んやけど"
    "|けれ?ども?|ですけ[れ]?ど|ですが|です|ってば|なと?思[いっ]て(?:います|る|ます)?|と思[いっ]て(?:います|る|ます)?"
    "|と(?:助か(?:る|ります|るんだけど|るわ)|ありがたい|嬉しい|うれしい|幸い)|のだが|んだが)"
)
"""What softens the end of a request; none of it turns it into something else."""

_GIVE = (
    "(?:くれん(?:さい|しゃい)|くれれば(?:いい|ええ|よか|結構)|くれて(?:も)?(?:いい|ええ|よか|かまわない|かまわん)|くれ(?:る(?!な)|ない|へん|ん|はる|はらん|ます|ません|たまえ|や|よ|な|たら(?:助か(?:る|ります)|嬉しい|うれしい))?|くん(?:ない|ねえ|ねが|ね|ろ|なせえ?|さい|しゃい|なさい|なはれ|なまし|れ)"
    "|きゃ[ーあぁ]*|け(?:ろ|れ|さい|らい|らいん|ねが|ねべ|んね|んねえ|ねえ|ねか|ねすか|ろじゃ)|おくれ(?:や|やす|よ|でない|ん|やすや)?|おくん(?:なさい|なはれ|なまし)"
    "|(?:くだ|下)さ(?:い|る|らん|らない|いませ|います|いません|いな)|くだちゃい|おくなはれ|たもれ|たもんせ|くいやい|くりゃあ?|くれん(?:さい|しゃい)|くなんしょ|もろて$|もらって$|くだせ[えぇ]|くだちい|くれい|くれめんす|くりい|くらはい|くださんせ|くだんせ|はいよ"
    "|くいらい|くなんしぇ|くんつぇ|けんにぇ|けだい|けんちゃい"
    "|もら(?:える|えない|えへん|えん|えます|えません|われへん|えたら(?:助か(?:る|ります)|嬉しい|うれしい|いい|ありがたい|と思います|$)|いたい|おう|え)|もら?(?:っ|う|ろ)て(?:も)?(?:いい|ええ|よろしい|よい|かまわない|よか)|もろて(?:も)?(?:いい|ええ|よろしい|かまへん)|もろうて(?:も)?(?:いい|ええ)"
    "|(?:いただ|頂)(?:くことは?(?:可能|でき(?:ます|る))|ける|けない|けます|けません|きたい|きとう|きたく(?:存じます|思います|ございます|お願いします)?|く|けたら(?:幸い|助か(?:る|ります)|嬉しい|うれしい|と思います|$)?|ければ(?:幸い|いい|結構|ありがたい|助かります|嬉しい|うれしい|と思います)?|いて(?:も)?(?:いい|ええ|よろしい|よい|かまわない|構わない|構いません|かまいません|結構|大丈夫|差し支えない)|けば(?:いい|幸い|結構))|頂戴(?:できる|できます|できません)?"
    "|(?:ほし|欲し)(?:い|か|かった)|ほしゅう|ちょ(?:う|ー)?だい|ちょ(?:うよ|め|う)?|ちょうだいよ|つかあ?(?:さい|せ|さいや|せえ)|つかさい|つかーさい|ごし(?:ない|なはい)|ごせ|くださ(?:ん|れ)"
    "|やって(?:くれ(?:る|ない|へん|ん)?|ください|や|ちょ(?:うだい)?|ちょーよ)?|あげて(?:くれ(?:る|ない)?|ください|ね)?|お?(?:願い|ねがい)(?:でき(?:る|ます|ません|ない)|し(?:ます|たい|とう)|いたします|申し上げます|出来(?:る|ます))?"
    "|頼(?:む|みます|みたい|める|めます|んます)|たのむ|(?:いい|ええ|よか|構わない|かまわない|かまわん)|んか|ほしゅうて|や|ちょんまげ|ったって|はもらえない|はくれない|はいただけない)"
)
_TE = (
    "(?:[てで](?:おい|置い|しまっ|み|いっ|き|あげ|やっ)?て?|[とど](?:い)?て|[とど]って|ちゃって|じゃって|ちまって|たって|だって|てって"
    "|てえ|てぇ|でえ)"
)
_BEFOREHAND = (
    "(?:[とど](?:き(?:な(?:さい|はれ|よ)?|いや|や)?|け(?:よ|や|ば?いい)?|こう|きます|いたって|いてんか)"
    "|[てで]お(?:くこと(?:は|が|も)?(?:可能(?:です)?|でき(?:ます|る|ません|ない))|き(?:なさい|ましょう)?|け|こう)|ちゃお|ちゃおう|ちゃえ|ちゃいな(?:さい)?|じゃお|[とど]きゃええ"
    "|[とど]くれ(?:るか|や|んか|へんか)?|[とど]くん(?:なさい|なはれ)|ちょ(?:くれ|いて|って|くれん)|ちょけ|ちく(?:り|れ|れん|だ))"
)
_END_TE = "(?![いおるたらもなはしきんとかみくあ])"

_STATE = (
    "(?:[てで]い?なく(?:ない|ね[えぇ]?|なか)|[てで]き(?:た|てる|ました|ちゃった|とる|よった|てます)(?!い)"
    "|[てで]い?(?:る|ます|た|ました|ない|ません|なかった|たら?|ました)|[てで](?:おる|おります(?:か)?|おりました|おりません(?:でした)?|おった|おらん(?:かった)?|おられる|おられます|はる|はります|はった|いらっしゃ(?:る|います|いません|いました|った)|らっしゃ(?:る|います|った)|んの|ん(?=[だでの]|$)|んのか|へん(?:かった)?|いはる|おられた|おられません)"
    "|[とど](?:る|ります|りません(?:でした)?|った|らん(?:かった)?|らへん(?:かった)?|うと?|っと|ん|らす|んなる|んさる|られる|っけ|りゃせん|りゃ)|ちょ(?:る|った|らん)|じょる|よ(?:る|らす|らした|らっしゃる|んなる|んさる|った|らん(?:かった)?)|[たち](?:ら[あー])|ちゅう|[てで]ら|[たつ]け)"
)
_PAST = "(?:[ただ](?![らりい場め時]|とき|まま)|ちゃった|じゃった|[てで]しまった|[てで]もうた|ちまった|てもた)"
_CONDITION = (
    "(?:[てで]い?(?:る|ます)と(?=[いえよう嬉助あ])|[てで]い?たら|"
    "[ただ](?:ら|場合|とき|時|り)|[てで]も(?!らい|らえ|らっ|らわ|らお|う))"
)
_DENIED = (
    "(?:ないで|んで(?:$|くれ|ええ|いい|ほしい|よ)|んといて|んとって|ないように|なくて(?:も)?(?:いい|ええ|よい|よか|大丈夫"
    "|結構)|んでも(?:いい|ええ)|ずに|ねえで|へんで)"
)
_TAILS: Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "te": (
        (DO, re.compile(f"{_TE}(?:[、は]?{_GIVE}{_SOFT}*|{_SOFT}{{0,2}}$|(?=$))")),
        (DO, re.compile(f"{_BEFOREHAND}{_SOFT}*")),
        (DO, re.compile(f"(?:[てで]|[とど]いて|[とど]って|[てで]おいて|ちゃって|[てで]みて){_END_TE}")),
        (IS, re.compile(_STATE)),
        (DID, re.compile(_PAST)),
        (
            IS,
            re.compile(
                "[ただ]り(?:は|とか)?(?:し(?:た|ました|て(?:い)?(?:る|た|ない|ません|ます)|と(?:る|らん|った|らへん)|てへん|なかった|ませんでした)|は?(?:ない|なかった))"
            ),
        ),
        (IF, re.compile(_CONDITION)),
        (WILL, re.compile("(?:ちゃう|じゃう|[てで]しまう|[てで]まう|ちまう|じまう)")),
        (IS, re.compile("と$")),
        (TE, re.compile("[てで]")),
        (IS, re.compile("(?:[たて]ある|[てで]あり(?:ます|ました)|[てで]あった|たまま|っぱなし)")),
    ),
    "masu": (
        (
            DO,
            re.compile(
                f"(?:なさい(?:ませ|な|ね|よ)?|な(?![いかくけんさ])(?:よ|よー)?$|んさい(?:や|よ|ね)?|なはれ|いや$|や$|ましょう(?!か)|なせえ?|んしゃい|んしゃ|まっし|たい(?!か){_SOFT}*|とう(?:ございます)|たか(?:っ?ちゃけど|ばってん)|てえ)"
            ),
        ),
        (WILL, re.compile("ます|そう")),
        (DID, re.compile("(?:ました|はった|なさった|なすった|んさった|よった|らした)")),
        (
            IS,
            re.compile(
                "(?:はる|なさる|よる|っぱなし(?:になっ(?:て(?:い?る|い?た|い?ない))|じゃない|なの)?|忘れ(?:て(?:い?る|い?ない|ます)|た|は?(?:ない|ある)|なし)?)"
            ),
        ),
        (NOT, re.compile("(?:ません(?:でした)?|はしない|やしない|ゃしない)")),
        (IF, re.compile("(?:ましたら|ますと|ながら)")),
    ),
    "nai": (
        (STOP, re.compile(f"{_DENIED}{_GIVE}?{_SOFT}*")),
        (
            IF,
            re.compile(
                "(?:なければ|なけりゃ|なきゃ|なくちゃ|ないと|なかったら|んと|ないなら|にゃ|ねば"
                "|な(?=あかん|いかん|いけん|ならん))"
            ),
        ),
        (
            NOT,
            re.compile(
                "(?:なかった|ない|へんかった|へん|んかった|ん(?![だでさしなか])|ねえ|ねぇ|ねかった|ね(?=[$べがのす]|$))"
            ),
        ),
    ),
    "o": (
        (
            DO,
            re.compile(
                f"(?:(?:くだ|下)さい(?:ませ|ね|な)?|(?:いただ|頂)(?:け|き|い|く)[^\\s]*?{_SOFT}*$|願(?:い(?:ます|たい|できます|致します)|えます){_SOFT}*"
                "|くださいます(?:か|でしょうか)|くださいませんか|になって(?:ください)?)"
            ),
        ),
        (DID, re.compile("にな(?:った|りました|られた|られました)")),
        (IS, re.compile("にな(?:って(?:い)?(?:る|ます|た)|られて(?:い)?(?:る|ます))|だった|です")),
        (WILL, re.compile("にな(?:る|ります|られる)")),
    ),
    # Whether the house can: 下げれる？ asks for it, as "can you lower it" does.
    "can": (
        (
            DO,
            re.compile(
                "(?:る|ます|ません|ない|へん|ひん|ん)(?:でしょうか|だろうか|やろか|かしら|か[なねい]?[あぁー]?|かのう?|の)?$"
            ),
        ),
    ),
    "imp": ((DO, re.compile("(?:よ|や|やい|な|ー)?(?![ばるたなてんぁ])")),),
    "ba": ((IF, re.compile("ば")),),
    "vol": ((DO, re.compile("(?:よ|ぜ|ね)?(?!か|と|かな)")),),
    "dict": (
        (STOP, re.compile("な(?:よ|って|や|ー)?(?![あんのらいど])|べからず|んじゃない")),
        (IF, re.compile("(?:と(?!$|助|嬉|うれ|あり|き|思)|なら|場合|とき|時|たび|まで|前)")),
        (
            DO,
            re.compile(
                "(?:よう(?:に)?(?:し(?:て|と)|に|お願い|頼)|の(?:を)?(?:お願い|頼)|こと(?![がはも])|よう(?:に)?$)"
                f"(?:{_GIVE})?{_SOFT}*"
            ),
        ),
        (
            DO,
            re.compile(
                "こと(?:は|が|って)?(?:可能|(?:でき|出来)(?:る|ます|ません|ない|へん))(?:です)?(?:でしょうか|か[なねい]?|かしら|の)?$"
            ),
        ),
        (WILL, re.compile("")),
        (DO, re.compile(r"(?:よ|ね|ぞ|わ|で|けん|から)?$")),
    ),
    # 閉めん is 閉める to some, and in the west it is 閉めない: it orders nothing.
    "dict_n": ((IF, re.compile("(?:なら|場合|とき|時)")), (WILL, re.compile("(?!よ|わ|で|ぞ|けん|から)"))),
}


_ROUNDED = dict(zip("あかさたなはまらわ", "おこそとのほもろお", strict=True))
"""What the last vowel of a stem in う becomes in the west: つかう, つこて."""


def bases(plain: str) -> Iterator[tuple[str, str]]:
    """Yield what a verb's forms begin with, and of which kind each beginning is.

    Args:
        plain: As in the dictionary.
    """
    for base, kind in _plain_bases(plain):
        yield base, kind
        if kind == "masu" and not base.startswith(("お", "ご")):
            yield "お" + base, "o"  # お消しになる, お開けください


def _plain_bases(plain: str) -> Iterator[tuple[str, str]]:
    if plain.endswith("する"):
        yield from _of_suru(plain[:-2])
        return
    if plain.endswith(("来る", "くる")) and plain != "つくる":
        yield from _of_kuru(plain)
        return
    ichidan = plain[-1] == "る" and plain not in _GODAN_RU and (plain[-2] in _ICHIDAN or plain in _ICHIDAN_KANJI)
    if ichidan:
        stem = plain[:-1]
        yield from ((stem, kind) for kind in ("te", "masu", "nai"))
        yield from (
            (stem + end, kind)
            for end, kind in (("ろ", "imp"), ("よ", "imp"), ("れ", "imp"), ("れ", "ba"), ("よう", "vol"))
        )
        yield from ((plain, "dict"), (stem + "ん", "dict_n"))
        yield from ((stem + "られ", kind) for kind in ("te", "masu", "nai", "can"))
        yield stem + "れ", "can"
        return
    yield from _of_godan(plain)


def _of_godan(plain: str) -> Iterator[tuple[str, str]]:
    stem, (i, e, a, te, o) = plain[:-1], _GODAN[plain[-1]]
    if plain.endswith(("っしゃる", "なさる", "くださる")):
        yield stem + "い", "masu"
    yield from ((stem + i, "masu"), (stem + a, "nai"), (stem + te, "te"), (stem + e, "imp"), (stem + e, "ba"))
    yield from ((stem + o + "う", "vol"), (plain, "dict"))
    if plain[-1] != "く":  # 開ける and つける are verbs of their own
        yield stem + e, "can"
    if plain.endswith(("行く", "いく")):
        yield stem + "っ", "te"
    if plain[-1] == "う":
        yield stem + "う", "te"
        if (rounded := stem[:-1] + _ROUNDED.get(stem[-1:], "")) != stem[:-1]:
            yield from ((rounded + end, "te") for end in ("", "う"))  # つこうて, もろて
    if plain[-1] == "す":
        yield from ((stem + "い", "te"), (stem + "して", "te"))
    yield from ((stem + a + "れ", kind) for kind in ("te", "masu", "nai"))
    if plain[-1] == "る":
        yield stem + "ん", "dict_n"


def _of_suru(stem: str) -> Iterator[tuple[str, str]]:
    yield from ((stem + end, kind) for end in ("し", "され") for kind in ("te", "masu", "nai"))
    yield from ((stem + end, "masu") for end in ("いたし", "致し"))
    yield from ((stem + end, "imp") for end in ("しろ", "せよ", "せえ"))
    yield from ((stem + "する", "dict"), (stem + "すん", "dict_n"))
    yield from ((stem + "せ", "nai"), (stem + "すれ", "ba"), (stem + "しよう", "vol"))
    yield from ((stem + end, "can") for end in ("でき", "出来"))


def _of_kuru(plain: str) -> Iterator[tuple[str, str]]:
    written = plain.endswith("来る")
    stem = plain[:-1] if written else plain[:-2] + "き"
    without = plain[:-1] if written else plain[:-2] + "こ"
    yield from ((stem, "te"), (stem, "masu"), (without, "nai"), (plain[:-1] + "れ", "ba"), (plain, "dict"))
    yield from ((without + "られ", kind) for kind in ("te", "masu", "nai"))


def ends(letters: str, at: int, kind: str) -> Iterator[tuple[int, str]]:
    """Yield where a form ends that began with a base of a kind, and what it says: one of the moods above.

    Args:
        letters: Of the sentence.
        at: Where the base ended.
        kind: Of the base.
    """
    for mood, tail in _TAILS[kind]:
        if match := tail.match(letters, at):
            yield match.end(), mood
