"""Numbers and dates as people write them, in Japan and elsewhere; what could be read in two ways is not read at all."""

import math
import re
import unicodedata
from datetime import date

_AROUND = re.compile(r"^(?:¥|￥|\\|JPY|EUR|USD|€|\$)?\s*|\s*(?:円|JPY|EUR|USD|€|\$)?\s*(?:\(税[抜別込]\))?$")
_PLAIN = re.compile(r"^[-+−△▲]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$")
_MINUS = re.compile(r"^[-−△▲]")
_PERCENT = re.compile(r"\s*%$")
_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_WESTERN = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?$")
_ERA = re.compile(r"^(令和|平成|昭和|[RHS])\s*(\d{1,2}|元)[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_ENGLISH = re.compile(r"^(\d{1,2})\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LARGEST_NUMBER = 1e12


def read_number(text: str) -> float | None:
    """Return the number that a text is; None where it is none, or could be two.

    "1,234.5", "¥12,000", wide digits, "△5" (a minus in Japanese books) and "45 %" (0.45) are numbers. "1,5" and
    "12.000,5" are none: whoever writes commas for decimals means another number than who writes them for thousands.

    Args:
        text: As it stands in a file.
    """
    plain = _AROUND.sub("", unicodedata.normalize("NFKC", text).strip())
    percent = _PERCENT.search(plain) is not None
    plain = _PERCENT.sub("", plain)
    if len(plain) > 40 or _PLAIN.match(plain) is None:
        return None
    value = float(_MINUS.sub("", plain).lstrip("+").replace(",", ""))
    value = -value if _MINUS.match(plain) else value
    value = value / 100.0 if percent else value
    return value if math.isfinite(value) and abs(value) <= LARGEST_NUMBER else None


def read_date(text: str) -> date | None:
    """Return the day that a text says: 2026-11-28, 2026/11/28, 2026年11月28日, 令和8年11月28日, 28 November 2026.

    "11/28/26" is none: a month could be a day.

    Args:
        text: As it stands in a file.
    """
    plain = unicodedata.normalize("NFKC", text).strip()[:40]
    if western := _WESTERN.match(plain):
        return _day(int(western[1]), int(western[2]), int(western[3]))
    if era := _ERA.match(plain):
        year = 1 if era[2] == "元" else int(era[2])
        return _day(_ERAS[era[1]] + year, int(era[3]), int(era[4]))
    if english := _ENGLISH.match(plain):
        name = english[2].lower()[:3]
        return _day(int(english[3]), _MONTHS.index(name) + 1, int(english[1])) if name in _MONTHS else None
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
