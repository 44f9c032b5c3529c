"""How numbers, money, days and hours are written, in Japanese and English."""

import math
from datetime import datetime
from zoneinfo import ZoneInfo

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS_EN, _DAYS_JA = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "月火水木金土日"
_WHOLE_MONEY = frozenset({"JPY", "KRW"})
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def number_text(value: float, digits: int = 0) -> str:
    """Return a number with so many digits behind the point: 1,234.5."""
    return f"{_rounded(value, digits):,.{digits}f}"


def plain_text(value: float) -> str:
    """Return a number with as many digits behind the point as it has, two at most: 5, 0.4, 2,200."""
    return number_text(value, 2).rstrip("0").rstrip(".")


def _rounded(value: float, digits: int) -> float:
    """Round half away from zero, as people do; never to a minus nothing."""
    factor = 10.0**digits
    rounded = math.floor(abs(value) * factor + 0.5 + 1e-9) / factor
    return math.copysign(rounded, value) if rounded else 0.0


def money_text(value: float, currency: str, language: str) -> str:
    """Return money: 1,234円, ¥1,234, €12.30."""
    said = number_text(abs(value), 0 if currency in _WHOLE_MONEY else 2)
    minus = "-" if _rounded(value, 0 if currency in _WHOLE_MONEY else 2) < 0.0 else ""
    if currency == "JPY":
        return f"{minus}{said}円" if language == "ja" else f"¥{minus}{said}"
    sign = _SIGNS.get(currency)
    return f"{sign}{minus}{said}" if sign else f"{minus}{said} {currency}".strip()


def hours_text(value: float, language: str) -> str:
    """Return a duration given in hours: 6 h 24 min, 6時間24分."""
    minutes = round(value * 60.0)
    hours, rest = divmod(minutes, 60)
    if language == "ja":
        return f"{hours}時間{rest}分" if hours else f"{rest}分"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


class Calendar:
    """Writes moments as the house's clock and calendar have them."""

    def __init__(self, zone: ZoneInfo, language: str) -> None:
        """Take the house's time zone, and a language."""
        self._zone, self._language = zone, language

    def _at(self, unix_s: float) -> datetime:
        return datetime.fromtimestamp(unix_s, self._zone)

    def clock(self, unix_s: float) -> str:
        """Return the hour: 22:41."""
        return f"{self._at(unix_s):%H:%M}"

    def day(self, unix_s: float) -> str:
        """Return the day: 28 November 2026, Sat; 2026年11月28日（土）."""
        at = self._at(unix_s)
        if self._language == "ja":
            return f"{at.year}年{at.month}月{at.day}日（{_DAYS_JA[at.weekday()]}）"
        return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {_DAYS_EN[at.weekday()]}"

    def short_day(self, unix_s: float) -> str:
        """Return the day without its year: 28 Nov; 11月28日（土）."""
        at = self._at(unix_s)
        if self._language == "ja":
            return f"{at.month}月{at.day}日（{_DAYS_JA[at.weekday()]}）"
        return f"{at.day} {_MONTHS[at.month - 1][:3]}, {_DAYS_EN[at.weekday()]}"

    def month(self, unix_s: float) -> str:
        """Return the month: November 2026; 2026年11月."""
        at = self._at(unix_s)
        return f"{at.year}年{at.month}月" if self._language == "ja" else f"{_MONTHS[at.month - 1]} {at.year}"
