"""Periods and clock times as they are said in Japanese."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from sumika.assistant.numbers import JA_NUMBER, counted
from sumika.assistant.periods_days import RECENT_DAYS, Today
from sumika.facts.periods import Period

_DAYS = {
    **dict.fromkeys(("今日", "本日", "きょう"), 0),
    **dict.fromkeys(
        ("昨日", "きのう", "さくじつ", "昨", "きんな", "きんの", "きにょう", "きんにょ", "きんのう", "きにょ"), -1
    ),
    **dict.fromkeys(("一昨日", "おととい", "おとつい", "一昨", "おどでな", "おとでな", "おとてな"), -2),
    **dict.fromkeys(("明日", "あした", "あす", "明"), 1),
    **dict.fromkeys(("明後日", "あさって"), 2),
}
_PARTS = {
    **dict.fromkeys(("早朝", "明け方"), "early"),
    **dict.fromkeys(("朝", "朝方", "あさ", "朝間", "あさま"), "morning"),
    **dict.fromkeys(("午前中", "午前"), "forenoon"),
    **dict.fromkeys(("昼間", "お昼", "昼"), "noon"),
    "午後": "afternoon",
    "夕方": "dusk",
    **dict.fromkeys(
        ("夜間", "夜中", "真夜中", "深夜", "夜", "晩", "よる", "ばん", "晩げ", "ばんげ", "晩方", "夜さ"), "night"
    ),
}
_NIGHTS = {
    **dict.fromkeys(
        (
            "昨夜",
            "昨晩",
            "ゆうべ",
            "夕べ",
            "ゆんべ",
            "ゆべ",
            "さくや",
            "さくばん",
            "よんべ",
            "夜べ",
            "前の晩",
            "前の夜",
        ),
        -1,
    ),
    **dict.fromkeys(("今夜", "今晩", "こんばん", "今宵", "こんや"), 0),
    **dict.fromkeys(("一昨夜", "一昨晩", "おとといの夜"), -2),
}
_WEEKS = {
    **dict.fromkeys(("今週", "この週", "こんしゅう"), 0),
    **dict.fromkeys(("先週", "せんしゅう"), -1),
    **dict.fromkeys(("先々週", "せんせんしゅう"), -2),
    **dict.fromkeys(("来週", "らいしゅう"), 1),
}
_BEFORE = ("この前", "こないだ", "前")
_MONTHS = {
    **dict.fromkeys(("今月", "こんげつ"), 0),
    **dict.fromkeys(("先月", "せんげつ", "前月", "前の月"), 1),
    **dict.fromkeys(("先々月", "せんせんげつ"), 2),
    **dict.fromkeys(("来月", "らいげつ"), -1),
}
_YEARS = {"今年": 0, "ことし": 0, "去年": -1, "昨年": -1, "きょねん": -1, "一昨年": -2, "来年": 1}
_RECENT = (
    "最近",
    "ここのところ",
    "このところ",
    "近ごろ",
    "近頃",
    "このごろ",
    "この頃",
    "ここ最近",
    "ここしばらく",
    "ここんとこ",
    "ここんところ",
    "さいきん",
    "ちかごろ",
    "このところずっと",
)
_ALONE = {"ひと月": 30, "ひとつき": 30, "ふた月": 61, "ひと冬": 120, "ひと夏": 90}
"""Stretches in days that need no この before them."""
_SEASONS = {"春": 3, "夏": 6, "秋": 9, "冬": 12}
"""Their first months."""
_SEASON = re.compile(
    "(?P<which>この前の|こないだの|去年の|昨年の|前の|今年の|ことしの|こどしの|この|今度の|来年の)(?P<season>[春夏秋冬])"
)
_SOME = {
    "数日": 3,
    "二三日": 3,
    "2、3日": 3,
    "数週間": 21,
    "数か月": 90,
    "数ヶ月": 90,
    "半年": 183,
    "半月": 15,
    **_ALONE,
}


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _nameless(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


_MONTH_UNIT = "(?:か月|ヶ月|カ月|ヵ月|箇月|ケ月|個月)"
# 起きとりゃあす is said of somebody honoured, and not of tomorrow.
_DAY = (
    rf"(?:(?P<day>{_any([day for day in _DAYS if day != 'あす'])}|(?<!ゃ)あす)|(?P<ago>{JA_NUMBER})日(?P<way>前|後)"
    rf"|(?:(?P<week>今週|先週|先々週|来週|この前|こないだ|前)の?)?(?P<weekday>[月火水木金土日])曜日?"
    rf"|(?:(?:(?P<year>[0-9]{{4}})年)?(?P<month>{JA_NUMBER})月|(?P<last>先月|今月|来月)の?)?(?P<date>{JA_NUMBER})日(?![間前後]|あたり|当たり|平均)"
    rf"|(?P<slash_month>[0-9]{{1,2}})/(?P<slash_date>[0-9]{{1,2}}))"
)
_PART = rf"(?:の?(?P<part>{_any(_PARTS)}))?"
_DAY_PART = re.compile(_DAY + _PART)
_STRETCH = re.compile(
    rf"(?:この|ここ|過去|最近|直近|前|これから|今後)?の?(?:(?P<some>{_any(_SOME)})|(?P<number>{JA_NUMBER})"
    rf"(?P<unit>日間?|週間|{_MONTH_UNIT}間?|年間?|時間|分間?))"
)
_AGO = re.compile(rf"(?P<number>{JA_NUMBER})(?P<unit>週間|{_MONTH_UNIT}|年)前")
_MONTH = re.compile(
    rf"(?:(?P<which>去年|昨年|今年|来年)の?|(?P<year>[0-9]{{4}})年の?)?(?P<month>{JA_NUMBER})月(?:中|分)?"
)
_WEEKEND = re.compile(r"(?:(?P<week>今週|先週|来週|この前|こないだ|前)の?)?(?:週末|末|土日)")


_RANGE = re.compile(
    rf"(?P<first>{_nameless(_DAY)})(?:から|[〜~\uff5e-])(?P<last>{_nameless(_DAY)})(?:まで)?"
    rf"|(?P<first_date>(?:{JA_NUMBER}月)?{JA_NUMBER}日)(?P<last_date>(?:{JA_NUMBER}月)?{JA_NUMBER}日)(?:まで)?"
)
PERIOD = _nameless(
    rf"(?:{_RANGE.pattern}|{_SEASON.pattern}|{_any(_NIGHTS)}|今朝|けさ|{_DAY_PART.pattern}|{_AGO.pattern}"
    rf"|(?:この|ここ|過去|最近|直近|これから|今後)(?:の)?(?:{_any(_SOME)}|{JA_NUMBER}(?:日間?|週間|{_MONTH_UNIT}間?|年間?|時間|分間?))"
    rf"|{JA_NUMBER}(?:日間|週間|{_MONTH_UNIT}間?)(?!前|後)|{_MONTH.pattern}|(?:(?:今週|先週|来週|この前|こないだ|前)の?)?(?:週末|土日)|(?:今週|先週|来週)の?末"
    rf"|{_any(_WEEKS)}|{_any(_MONTHS)}|{_any(_YEARS)}|{_any(_RECENT)}|さっき|さきほど|先ほど|先程|いましがた|この間|こないだ"
    rf"|{_any(_ALONE)}"
    rf"|一日中|きょう一日|今日一日|(?<!いち)(?:{_any([part for part in _PARTS if len(part) > 1])}))"
)
"""What stands for a period, for finding it in a sentence."""

CLOCK = (
    rf"(?:(?:明日|今日|あした|今夜|今晩|明朝|翌日|明後日|あさって)(?:の)?)?"
    rf"(?:(?:午前|午後|朝|昼|夕方|夜中|深夜|夜|晩|明け方|お昼)の?)?"
    rf"(?:{JA_NUMBER}(?:時(?!間)|じ(?=に|まで|ごろ|半))(?:半|{JA_NUMBER}分)?|[0-9]{{1,2}}[:：][0-9]{{2}}|正午|お昼|真夜中|零時)(?:ちょうど|ごろ|頃)?"
    r"|(?:明日|あした)の?(?:朝|昼|夕方|夜|晩)|明朝|朝(?!日)|夕方"
)
_CLOCK = re.compile(
    rf"(?:(?P<day>明日|今日|あした|今夜|今晩|明朝|翌日|明後日|あさって)の?)?"
    rf"(?:(?P<half_day>午前|午後|朝|お昼|昼|夕方|夜中|深夜|夜|晩|明け方)の?)?"
    rf"(?:(?P<hour>{JA_NUMBER})[時じ](?:(?P<half>半)|(?P<minute>{JA_NUMBER})分)?|(?P<h>[0-9]{{1,2}})[:：](?P<m>[0-9]{{2}})"
    r"|(?P<noon>正午)|(?P<midnight>真夜中|零時))?(?:ちょうど|ごろ|頃)?"
)
_AFTERNOON = frozenset({"午後", "夕方", "夜", "晩"})
_USUAL_HOURS = {"朝": 7.0, "昼": 12.0, "お昼": 12.0, "夕方": 17.0, "夜": 21.0, "晩": 21.0, "明け方": 5.0}


def clock_of(text: str) -> tuple[float, bool, int | None] | None:
    """Return the hour (0 to 24), whether it may as well be 12 hours later, and in how many days; None if it is none."""
    found = _CLOCK.fullmatch(text)
    if not text or found is None:
        return None
    day = {"今日": 0, "今夜": 0, "今晩": 0, "明後日": 2, "あさって": 2, None: None}.get(found["day"], 1)
    half_day = found["half_day"] or {"今夜": "夜", "今晩": "夜", "明朝": "朝"}.get(found["day"] or "", "")
    if found["noon"]:
        return 12.0, False, day
    if found["midnight"]:
        return 0.0, False, day
    hour = counted(found["hour"] or found["h"] or "")
    if hour is None:
        return (_USUAL_HOURS[half_day], False, day) if half_day in _USUAL_HOURS else None
    minute = 30.0 if found["half"] else counted(found["minute"] or found["m"] or "") or 0.0
    if hour > 24 or minute >= 60:
        return None
    if half_day in _AFTERNOON and 1 <= hour < 12:
        hour = hour if half_day in ("夜", "晩") and hour < 4 else hour + 12
    elif half_day in ("昼", "お昼") and hour < 6:
        hour += 12
    elif half_day in ("夜", "晩", "深夜", "夜中", "午前") and hour == 12:
        hour = 0
    open_half = not half_day and 1 <= hour <= 12 and found["h"] is None
    return (hour + minute / 60) % 24, open_half, day


def period_of(text: str, today: Today) -> Period | None:
    """Return the period of a piece of a sentence, after `plain_text`; None if it is none."""
    if text in _NIGHTS:
        return today.part(today.day + timedelta(days=_NIGHTS[text]), "night")
    if found := _RANGE.fullmatch(text):
        days = (_DAY_PART.fullmatch(found[name] or found[f"{name}_date"]) for name in ("first", "last"))
        return today.between(*(day and _date_of(day, today) for day in days))
    if text in ("今朝", "けさ"):
        return today.part(today.day, "morning")
    if text in _PARTS:
        # "At night" of what is past is the night that people have slept.
        last = _PARTS[text] == "night" and not today.ahead
        return today.part(today.day - timedelta(days=last), _PARTS[text])
    if text in ("さっき", "さきほど", "先ほど", "先程", "いましがた"):
        return today.last_seconds(2 * 3600.0)
    if text in _RECENT or text in ("この間", "こないだ"):
        return today.last_days(RECENT_DAYS)
    if text in ("一日中", "きょう一日", "今日一日"):
        return today.part(today.day, "")
    for words, of in ((_WEEKS, today.week), (_MONTHS, today.months_ago), (_YEARS, today.year)):
        if text in words:
            return of(words[text])
    return _by_pattern(text, today)


def _by_pattern(text: str, today: Today) -> Period | None:
    if found := _DAY_PART.fullmatch(text):
        return _day(found, today)
    if found := _MONTH.fullmatch(text):
        month = counted(found["month"])
        which = _YEARS.get(found["which"] or "")
        year = int(found["year"]) if found["year"] else None if which is None else today.day.year + which
        return None if month is None else today.month(int(month), year)
    if found := _SEASON.fullmatch(text):
        return _season(found, today)
    if found := _AGO.fullmatch(text):
        number = int(counted(found["number"]) or 0)
        if found["unit"] == "年":
            return today.year(-number)
        return today.week(-number) if found["unit"] == "週間" else today.months_ago(number)
    if found := _WEEKEND.fullmatch(text):
        return today.weekend({**_WEEKS, **dict.fromkeys(_BEFORE, -1)}.get(found["week"] or ""))
    if found := _STRETCH.fullmatch(text):
        return _stretch(found, today)
    return None


def _season(found: re.Match[str], today: Today) -> Period:
    first = _SEASONS[found["season"]]
    if found["which"] in ("去年の", "昨年の"):
        months = 12 * (today.day.year - 1) + first + 2  # its last
        return today.days(
            date(today.day.year - 1, first, 1), date((months) // 12, months % 12 + 1, 1) - timedelta(days=1)
        )
    if found["which"] in ("今度の", "来年の"):
        return today.season(first, "next")
    this_year = found["which"] in ("今年の", "ことしの", "こどしの", "この")
    # この冬 is the one that is, この前の夏 the last that is over.
    return today.season(first, "this" if this_year else "last")


def _day(found: re.Match[str], today: Today) -> Period | None:
    day = _date_of(found, today)
    return None if day is None else today.part(day, _PARTS.get(found["part"] or "", ""))


def _date_of(found: re.Match[str], today: Today) -> date | None:
    day = today.day
    if found["day"]:
        return day + timedelta(days=_DAYS[found["day"]])
    if found["ago"]:
        return day + timedelta(days=int(counted(found["ago"]) or 0) * (-1 if found["way"] == "前" else 1))
    if found["weekday"]:
        return today.weekday("月火水木金土日".index(found["weekday"]), _WEEKS.get(found["week"] or ""))
    number = int(counted(found["date"] or found["slash_date"]) or 0)
    if found["last"]:
        months = day.year * 12 + day.month - 1 - _MONTHS[found["last"]]
        return today.dated(number, months % 12 + 1, months // 12)
    month = counted(found["month"] or found["slash_month"] or "")
    return today.dated(number, None if month is None else int(month), int(found["year"]) if found["year"] else None)


def _stretch(found: re.Match[str], today: Today) -> Period | None:
    if found["some"]:
        return today.last_days(_SOME[found["some"]])
    number, unit = counted(found["number"]), found["unit"].removesuffix("間") if found["unit"] != "時間" else "時間"
    if not number:
        return None
    if unit == "時間":
        return today.last_seconds(number * 3600)
    if unit == "分":
        return today.last_seconds(number * 60)
    days = {"日": 1, "週": 7, "年": 365}.get(unit, 30)
    return today.last_days(round(number * days))
