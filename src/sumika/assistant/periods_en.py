"""Periods and clock times as they are said in English."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from sumika.assistant.numbers import EN_NUMBER, counted
from sumika.assistant.periods_days import RECENT_DAYS, Today
from sumika.facts.periods import Period

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_PARTS = {
    "early morning": "early",
    "morning": "morning",
    "forenoon": "forenoon",
    "noon": "noon",
    "midday": "noon",
    "lunchtime": "noon",
    "afternoon": "afternoon",
    "evening": "evening",
    "night": "night",
}
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    *("twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth"),
    *("twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first"),
)
_RECENT = ("lately", "recently", "these days", "in recent days", "of late")


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _nameless(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


_MONTH_WORD = rf"(?:{_any(_MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?"
_DATE_WORD = rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th)?|{_any(_ORDINALS)}|{_any(word.replace('-', ' ') for word in _ORDINALS)})"
_DAY = (
    r"(?:(?P<day>today|yesterday|tomorrow|the day before yesterday|the day after tomorrow)"
    rf"|(?P<ago>{EN_NUMBER}|a) days? (?P<way>ago|from now)"
    rf"|(?:(?P<week>last|this|next|this past|past) )?(?P<weekday>{_any(_WEEKDAYS)})s?"
    r"(?P<of_last> of last week| last week)?"
    rf"|(?:the )?(?P<date_1>{_DATE_WORD}) (?:of )?(?P<month_1>{_MONTH_WORD})(?:,? (?P<year_1>[0-9]{{4}}))?"
    rf"|(?P<month_2>{_MONTH_WORD}) (?:the )?(?P<date_2>{_DATE_WORD})(?:,? (?P<year_2>[0-9]{{4}}))?"
    r"|(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    rf"|the (?P<date_3>[0-9]{{1,2}}(?:st|nd|rd|th)|{_any(_ORDINALS)}))"
)
_DAY_PART = re.compile(_DAY + rf"(?:(?:'s)? (?:in the |at )?(?P<part>{_any(_PARTS)}))?")
_PART_OF_DAY = re.compile(rf"(?:the )?(?P<part>{_any(_PARTS)}) of (?P<rest>.+)")
_NIGHTS = {
    "last night": -1,
    "overnight": -1,
    "yesterday night": -1,
    "during the night": -1,
    "the night": -1,
    "tonight": 0,
    "this night": 0,
    "the night before last": -2,
    "the night before": -2,
    "tomorrow night": 1,
}
_STRETCH = re.compile(
    rf"(?:the |these |this )?(?:last|past|previous|next|coming) (?:(?P<number>{EN_NUMBER}|few|couple of|several) )?"
    r"(?P<unit>hour|day|night|week|fortnight|month|year|minute)(?P<plural>s)?"
)
_AGO = re.compile(rf"(?P<number>{EN_NUMBER}|an?) (?P<unit>week|month|year)s? ago")
_MONTH = re.compile(rf"(?:(?P<which>last|this|next) )?(?P<month>{_MONTH_WORD})(?:,? (?P<year>[0-9]{{4}}))?")
_WHOLE = re.compile(r"(?P<before>the \w+ before last)|(?P<which>this|last|next|the) (?P<unit>week|month|year|weekend)")
_SEASONS = {"winter": 12, "spring": 3, "summer": 6, "autumn": 9}
"""In which month each begins, as weather services have it; "last fall" would rather be a fall."""

_SEASON = re.compile(rf"(?P<which>this|last|next) (?P<season>{_any(_SEASONS)})")


_RANGE = re.compile(
    rf"(?:from |between )?(?P<first>{_nameless(_DAY)})(?: to | until | till | through | and | ?- ?)"
    rf"(?P<last>{_nameless(_DAY)})"
)
PERIOD = _nameless(
    rf"(?:{_RANGE.pattern}"
    rf"|(?:since )?(?:{_any(_NIGHTS)}|(?:this|last) (?:{_any(_PARTS)})|(?:the )?(?:{_any(_PARTS)}) of {_DAY}"
    rf"|{_DAY_PART.pattern}|{_AGO.pattern}|{_SEASON.pattern}|{_WHOLE.pattern}|{_STRETCH.pattern}|{_MONTH.pattern})"
    rf"|{_any(_RECENT)}|all day|just now|earlier today)"
)
"""What stands for a period, for finding it in a sentence."""

_HOUR_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_HOUR = rf"(?:[0-9]{{1,2}}|{_any(_HOUR_WORDS)})"
_MINUTE_WORDS = {"quarter": 15, "a quarter": 15, "half": 30, "five": 5, "ten": 10, "twenty": 20, "twenty-five": 25}
_SAID_MINUTE = rf"(?:{_any(_MINUTE_WORDS)}|[0-9]{{1,2}})"
_CLOCK = re.compile(
    r"(?:(?P<day>tomorrow|today|tonight)(?: at)? )?"
    rf"(?:(?P<minutes>{_SAID_MINUTE})(?: minutes?)? (?P<way>past|to|before|after) )?"
    rf"(?:(?P<hour>{_HOUR})(?:[:.](?P<m>[0-9]{{2}})| (?P<thirty>thirty|fifteen|forty-five))?(?: ?o'?clock)?"
    r"|(?P<noon>noon|midday)|(?P<midnight>midnight))"
    r"(?: ?(?P<half_day>a\.?m\.?|p\.?m\.?)| (?:in the |at )(?P<part>morning|afternoon|evening|night))?"
    r"(?: (?P<day_after>tomorrow|today|tonight|tomorrow morning|tomorrow evening|this evening))?"
)
_USUAL = re.compile(r"(?P<day>tomorrow|this|the) (?P<part>morning|noon|afternoon|evening|night)|(?P<tonight>tonight)")
_USUAL_HOURS = {"morning": 7.0, "noon": 12.0, "afternoon": 15.0, "evening": 18.0, "night": 21.0}
CLOCK = _nameless(rf"(?:{_CLOCK.pattern}|{_USUAL.pattern})")


def clock_of(text: str) -> tuple[float, bool, int | None] | None:
    """Return the hour (0 to 24), whether it may as well be 12 hours later, and in how many days; None if it is none."""
    if usual := _USUAL.fullmatch(text):
        part = usual["part"] or "night"
        return _USUAL_HOURS[part], False, 1 if usual["day"] == "tomorrow" else None
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    day_word = found["day"] or found["day_after"] or ""
    day = None if not day_word else 1 if day_word.startswith("tomorrow") else 0
    if found["noon"] or found["midnight"]:
        hour = 12.0 if found["noon"] else 0.0
    else:
        said = counted(found["hour"])
        if said is None or said > 24:
            return None
        hour = said
    minute = float(found["m"] or {"thirty": 30, "fifteen": 15, "forty-five": 45, None: 0}[found["thirty"]])
    if found["minutes"]:
        apart = _MINUTE_WORDS.get(found["minutes"]) or float(found["minutes"])
        minute += apart if found["way"] in ("past", "after") else -apart
    if minute >= 60:
        return None
    return _in_half_day(hour, minute, found, day_word, day)


def _in_half_day(
    hour: float, minute: float, found: re.Match[str], day_word: str, day: int | None
) -> tuple[float, bool, int | None]:
    half_day = (found["half_day"] or "").replace(".", "")
    part = found["part"] or ("evening" if "night" in day_word or "evening" in day_word else "")
    part = "morning" if day_word == "tomorrow morning" else part
    morning = half_day == "am" or part == "morning"
    later = half_day == "pm" or part in ("afternoon", "evening") or (part == "night" and hour >= 5)
    if later and 1 <= hour < 12:
        hour += 12
    elif (morning or part == "night") and hour == 12:
        hour = 0
    plain = not (morning or later or part or found["noon"] or found["midnight"] or found["m"]) and 1 <= hour <= 12
    return (hour + minute / 60) % 24, plain, day


def period_of(text: str, today: Today) -> Period | None:
    """Return the period of a piece of a sentence, after `plain_text`; None if it is none."""
    for word in ("since ", "on ", "in ", "for ", "during ", "over "):
        if text.startswith(word):
            rest = period_of(text.removeprefix(word), today)
            if rest is None or word != "since ":
                return rest
            return Period(begin_unix_s=rest.begin_unix_s, end_unix_s=today.unix_s)
    if text in _NIGHTS:
        return today.part(today.day + timedelta(days=_NIGHTS[text]), "night")
    if found := _RANGE.fullmatch(text):
        return today.between(*(day and _date_of(day, today) for day in map(_DAY_PART.fullmatch, found.groups())))
    if text in _RECENT:
        return today.last_days(RECENT_DAYS)
    if text in ("just now", "earlier today", "all day"):
        return today.last_seconds(2 * 3600.0) if text == "just now" else today.part(today.day, "")
    if found := re.fullmatch(rf"(this|last) ({_any(_PARTS)})", text):
        return today.part(today.day - timedelta(days=found[1] == "last"), _PARTS[found[2]])
    if (found := _PART_OF_DAY.fullmatch(text)) and (day := _DAY_PART.fullmatch(found["rest"])):
        dated = _date_of(day, today)
        return None if dated is None else today.part(dated, _PARTS[found["part"]])
    return _by_pattern(text, today)


def _by_pattern(text: str, today: Today) -> Period | None:
    if found := _DAY_PART.fullmatch(text):
        dated = _date_of(found, today)
        return None if dated is None else today.part(dated, _PARTS.get(found["part"] or "", ""))
    if found := _WHOLE.fullmatch(text):
        return _whole(found["unit"] or found["before"].split()[1], found["which"] or "before", today)
    if found := _SEASON.fullmatch(text):
        return today.season(_SEASONS[found["season"]], found["which"])
    if found := _AGO.fullmatch(text):
        number = 1 if found["number"] in ("a", "an") else int(counted(found["number"]) or 0)
        if found["unit"] == "year":
            return today.year(-number)
        return today.week(-number) if found["unit"] == "week" else today.months_ago(number)
    if found := _STRETCH.fullmatch(text):
        return _stretch(found, today)
    if found := _MONTH.fullmatch(text):
        year, month = int(found["year"]) if found["year"] else None, _month_number(found["month"])
        if found["which"] == "last" and month == today.day.month:
            year = today.day.year - 1
        return today.month(month, year)
    return None


def _whole(unit: str, which: str, today: Today) -> Period | None:
    apart = {"this": 0, "the": 0, "last": -1, "next": 1, "before": -2}[which]
    if unit == "weekend":
        return today.weekend(None if which == "the" else apart)
    if unit not in ("week", "month", "year"):
        return None
    return {"week": today.week, "month": lambda n: today.months_ago(-n), "year": today.year}[unit](apart)


def _date_of(found: re.Match[str], today: Today) -> date | None:
    if found["day"]:
        apart = {"today": 0, "yesterday": -1, "tomorrow": 1, "the day before yesterday": -2}.get(found["day"], 2)
        return today.day + timedelta(days=apart)
    if found["ago"]:
        number = 1 if found["ago"] == "a" else int(counted(found["ago"]) or 0)
        return today.day + timedelta(days=-number if found["way"] == "ago" else number)
    if found["weekday"]:
        number = _WEEKDAYS.index(found["weekday"])
        if found["of_last"]:
            return today.weekday(number, -1)
        return today.weekday(number, {"this": 0, "next": 1}.get(found["week"] or ""))
    if found["iso"]:
        return date.fromisoformat(found["iso"])
    said = found["date_1"] or found["date_2"] or found["date_3"]
    month = found["month_1"] or found["month_2"]
    year = found["year_1"] or found["year_2"]
    return today.dated(_ordinal(said), _month_number(month) if month else None, int(year) if year else None)


def _ordinal(text: str) -> int:
    return int(digits[0]) if (digits := re.match("[0-9]+", text)) else _ORDINALS.index(text.replace(" ", "-")) + 1


def _month_number(text: str) -> int:
    return next(number for number, name in enumerate(_MONTHS, 1) if name.startswith(text[:3]))


def _stretch(found: re.Match[str], today: Today) -> Period | None:
    loose = {"few": 3.0, "several": 5.0, "couple of": 2.0, None: 1.0}
    number = loose.get(found["number"])
    number = counted(found["number"]) if number is None else number
    if not number:
        return None
    unit = found["unit"]
    if unit in ("hour", "minute"):
        return today.last_seconds(number * (3600 if unit == "hour" else 60))
    days = {"day": 1, "night": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}[unit]
    return today.last_days(round(number * days))
