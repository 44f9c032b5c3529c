"""What is said: sentences with the rows that each rests on; how numbers, times and names are written in a language."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from sumika.assistant.lexicon import APPLIANCE_WORDS, DEVICE_WORDS
from sumika.assistant.room_names import called_and_words
from sumika.facts import Figure, Period, Row
from sumika.schema import Message, Origin, worst
from sumika.schema.house import Device, House
from sumika.text import LANGUAGES, money_text, say
from sumika.units import NANOSECONDS_PER_SECOND, SECONDS_PER_DAY

MOST_QUOTED = 200
"""Letters of what somebody else wrote that are shown in a sentence."""

_NO_QUOTES = str.maketrans({'"': "'", "「": "'", "」": "'"})
"""A quotation ends where we end it."""

_MINUTES_PER_HOUR = 60.0
_UNITS = {"co2_ppm": "ppm", "voc_ug_m3": "µg/m³", "pm2_5_ug_m3": "µg/m³", "illuminance_lux": "lx", "sound_dba": "dB"}
_UNITS_EN = {"m_s": "m/s", "w_m2": "W/m²"}


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of an answer.

    Attributes:
        text: For people.
        rows: What it rests on; empty: it says nothing of the records.
        origin: The worst of what it rests on.
        numbers: Worked out from the rows; they may stand in the text.
    """

    text: str
    rows: tuple[Row, ...] = ()
    origin: str = Origin.LIVE.value
    numbers: tuple[float, ...] = ()


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What is said to one call.

    Attributes:
        sentences: In order.
        refused: Why nothing was answered or done, as one word; empty where something was.
        ask_back: Whether it asks something back.
        choices: What can be chosen then.
    """

    sentences: tuple[Sentence, ...]
    refused: str = ""
    ask_back: bool = False
    choices: tuple[str, ...] = ()


def zone_of(house: House) -> tzinfo:
    """Return the house's own time zone; this machine's where it has none."""
    if house.building is not None:
        return ZoneInfo(house.building.site.timezone)
    return datetime.now(UTC).astimezone().tzinfo or UTC


def is_japanese(text: str) -> bool:
    """Return whether anything in a text is written in kana or kanji."""
    return any("\u3040" <= letter <= "\u30ff" or "\u4e00" <= letter <= "\u9fff" for letter in text)


def spoken_language(text: str) -> str:
    """Return the language in which something was said; empty where no letter tells it."""
    if is_japanese(text):
        return "ja"
    return "en" if any(letter.isascii() and letter.isalpha() for letter in text) else ""


def cleaned(text: str, most: int) -> str:
    """Return what somebody wrote in one line, without what a terminal or a page would obey, and not too long."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


class Voice:
    """Writes names, numbers and times as the reader's language has them.

    Attributes:
        language: ja or en.
        house: As described.
        zone: Its time zone.
        now_unix_s: The present moment.
        periods: Those that were spoken of: which days are meant is the question's, and in no row.
    """

    def __init__(self, house: House, language: str, now_unix_s: float) -> None:
        """Speak of a house.

        Args:
            house: As described.
            language: ja or en.
            now_unix_s: The present moment.
        """
        self.house, self.language, self.now_unix_s = house, language, now_unix_s
        self.zone = zone_of(house)
        self.periods: list[Period] = []
        self._rooms = {room.id: room for room in house.rooms}
        self._devices = {device.id: device for device in house.devices}
        self._residents = {one.id: one.name or one.id for one in house.residents}

    @property
    def zone_name(self) -> str:
        """IANA name of the house's time zone."""
        return getattr(self.zone, "key", "UTC")

    def row(
        self, message: Message, source: str, subject: str, value: float | None = None, unit: str = "", text: str = ""
    ) -> Row:
        """Return the row of a message that was just heard.

        Args:
            message: Which.
            source: Topic and field.
            subject: What it is about.
            value: Of the field.
            unit: Of the value.
            text: What else stands in it.
        """
        at_s = message.stamp.wall_ns / NANOSECONDS_PER_SECOND
        about: dict[str, Any] = {"source": source, "subject": subject, "begin_unix_s": at_s, "end_unix_s": at_s}
        return Row(**about, value=value, unit=unit, text=text, zone=self.zone_name)

    @property
    def is_japanese(self) -> bool:
        """Whether Japanese is spoken."""
        return self.language == "ja"

    def say(self, key: str, **values: object) -> str:
        """Return words of `sumika.text`."""
        return say(key, self.language, **values)

    def has(self, key: str) -> bool:
        """Return whether there is such a text."""
        return key in LANGUAGES[self.language]

    def sentence(
        self,
        key: str,
        rows: Iterable[Row] = (),
        origin: str = Origin.LIVE.value,
        numbers: Iterable[float] = (),
        **values: object,
    ) -> Sentence:
        """Return a sentence of `sumika.text` with its rows; an English one begins with a capital letter."""
        text = self.say(key, **values)
        return Sentence(text=text[:1].upper() + text[1:], rows=tuple(rows), origin=origin, numbers=tuple(numbers))

    def figure(self, key: str, figure: Figure, **values: object) -> Sentence:
        """Return a sentence about a figure that has a value."""
        numbers = [one for one in (figure.value, figure.low, figure.high) if one is not None]
        rows = (*self._worked_out(figure), *figure.rows)
        return self.sentence(key, rows, figure.origin, numbers, **values)

    def _worked_out(self, figure: Figure) -> tuple[Row, ...]:
        """Return rows for what of a figure is no row's own number: a sum, a product, an interval, a share."""
        if not figure.rows:
            return ()
        held = {row.value for row in figure.rows}
        about: dict[str, Any] = {
            "subject": figure.rows[0].subject,
            "begin_unix_s": min(row.begin_unix_s for row in figure.rows),
            "end_unix_s": max(row.end_unix_s for row in figure.rows),
            "zone": self.zone_name,
        }
        found = (
            ("", figure.value, figure.unit),
            (".low", figure.low, figure.unit),
            (".high", figure.high, figure.unit),
        )
        return tuple(
            Row(source=f"{figure.name}{part}", value=value, unit=unit, **about)
            for part, value, unit in found
            if value is not None and value not in held and unit != "unix_s"
        )

    def listed(self, words: Iterable[str], last: str = "and") -> str:
        """Return several words as one enumeration; `last` is the English word before the last of them."""
        found = list(dict.fromkeys(words))
        if self.is_japanese or len(found) < 2:
            return "、".join(found) if self.is_japanese else "".join(found)
        return f"{', '.join(found[:-1])} {last} {found[-1]}"

    def quoted(self, text: str) -> str:
        """Return what somebody else wrote, so that it is seen to be that."""
        short = cleaned(text.translate(_NO_QUOTES), MOST_QUOTED)
        return f"「{short}」" if self.is_japanese else f'"{short}"'

    # -- names -------------------------------------------------------------------------------------------------------

    def room(self, room_id: str) -> str:
        """Return what a room is called; an English name that is no proper one has its article."""
        room = self._rooms.get(room_id)
        if room is None:
            return self.say("talk.outside") if room_id == "outside" else cleaned(room_id, 64)
        given, words = called_and_words(room, self.language)
        if words is None or self.is_japanese:
            return given
        return f"the {given.lower() if room.name else words.en[0]}"

    def kind(self, device: Device) -> str:
        """Return what a kind of device is called."""
        words = DEVICE_WORDS.get(device.kind)
        if device.kind == "appliance":
            words = next((one for does, one in APPLIANCE_WORDS.items() if does in device.id), words)
        if words is None:
            return device.kind.replace("_", " ")
        return words.ja[0] if self.is_japanese else words.en[0]

    def device(self, device_id: str) -> str:
        """Return what a device is called: its own name, else its kind, with its room where the house has several."""
        device = self._devices.get(device_id)
        if device is None:
            return self.room(device_id) if device_id in self._rooms else cleaned(device_id, 64)
        if device.name and (is_japanese(device.name) == self.is_japanese or not device.called):
            return device.name
        other = next((name for name in device.called if is_japanese(name) == self.is_japanese), device.name)
        if other:
            return other
        kind, alike = self.kind(device), [one for one in self.house.devices if self.kind(one) == self.kind(device)]
        if len(alike) == 1:
            return kind if self.is_japanese else f"the {kind}"
        room = self.room(device.room)
        name = f"{room}の{kind}" if self.is_japanese else f"{room} {kind}"
        if not self.is_japanese and not room.startswith("the "):
            name = f"the {kind} in {room}"  # a room that has a name of its own
        return name if sum(one.room == device.room for one in alike) == 1 else f"{name} ({device.id})"

    def resident(self, resident_id: str) -> str:
        """Return what somebody is called; in Japanese politely."""
        name = self._residents.get(resident_id)
        if name is None:
            return cleaned(resident_id, 64)
        return f"{name}さん" if self.is_japanese and not name.endswith(("さん", "ちゃん", "くん")) else name

    # -- numbers -----------------------------------------------------------------------------------------------------

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number, with a comma every three digits; never minus nothing."""
        shown = f"{value:,.{digits}f}"
        return shown.removeprefix("-") if float(shown.replace(",", "")) == 0.0 else shown

    def celsius(self, value: float) -> str:
        """Return a temperature."""
        return f"{self.number(value, 1)}℃" if self.is_japanese else f"{self.number(value, 1)} °C"

    def percent(self, share: float) -> str:
        """Return a share (0..1) in per cent."""
        return f"{self.number(100.0 * share)}%" if self.is_japanese else f"{self.number(100.0 * share)} %"

    def money(self, amount: float, currency: str) -> str:
        """Return an amount of money; whole yen, with a comma every three digits."""
        if currency == "JPY":
            return f"{self.number(amount)}円" if self.is_japanese else f"{self.number(amount)} yen"
        return money_text(amount + 0.0, currency, self.language)

    def price(self, amount: float, currency: str) -> str:
        """Return the price of a kWh, which has hundredths also in yen."""
        if currency != "JPY":
            return self.money(amount, currency)
        return f"{self.number(amount, 2)}円" if self.is_japanese else f"{self.number(amount, 2)} yen"

    def kwh(self, value: float) -> str:
        """Return an amount of energy."""
        return f"{self.number(value, 1)}kWh" if self.is_japanese else f"{self.number(value, 1)} kWh"

    def hours(self, hours: float) -> str:
        """Return a length of time, hours, as hours and minutes."""
        minutes = round(hours * _MINUTES_PER_HOUR)
        whole, rest = divmod(minutes, 60)
        if self.is_japanese:
            return f"{whole}時間{f'{rest}分' if rest else ''}" if whole else f"{rest}分"
        return f"{whole} h{f' {rest} min' if rest else ''}" if whole else f"{rest} min"

    def quantity(self, name: str, value: float) -> str:
        """Return a value of the air or the weather with its unit.

        Args:
            name: As the record has it: temperature_c, relative_humidity, co2_ppm ...
            value: In the unit of the name.
        """
        if name.endswith("_c"):
            return self.celsius(value)
        if name == "relative_humidity":
            return self.percent(value)
        unit = _UNITS.get(name) or next((one for end, one in _UNITS_EN.items() if name.endswith(end)), "")
        digits = 1 if name in ("pm2_5_ug_m3", "wind_m_s", "rain_mm_h") else 0
        shown = self.number(value, digits)
        return f"{shown}{'' if self.is_japanese else ' '}{unit or 'mm'}"

    # -- times -------------------------------------------------------------------------------------------------------

    def _local(self, unix_s: float) -> datetime:
        return datetime.fromtimestamp(unix_s, self.zone)

    def clock(self, unix_s: float) -> str:
        """Return an hour of the day: 7:05."""
        at = self._local(unix_s)
        return f"{at.hour}:{at.minute:02d}"

    def day(self, day: date) -> str:
        """Return a day: today, yesterday, tomorrow, or its date."""
        away = (day - self._local(self.now_unix_s).date()).days
        if away in (-1, 0, 1):
            return self.say({-1: "talk.day.yesterday", 0: "talk.day.today", 1: "talk.day.tomorrow"}[away])
        if self.is_japanese:
            return f"{day.month}月{day.day}日"
        return f"{day.day} {day:%b}"

    def moment(self, unix_s: float) -> str:
        """Return a day and an hour; of today the hour alone."""
        day = self._local(unix_s).date()
        if day == self._local(self.now_unix_s).date():
            return self.clock(unix_s)
        return f"{self.day(day)}{'の' if self.is_japanese else ' '}{self.clock(unix_s)}"

    def on(self, unix_s: float) -> str:
        """Return when something is or was, as it stands in a sentence: at 7:05, tomorrow at 7:05; in Japanese 7:05."""
        if self.is_japanese:
            return self.moment(unix_s)
        day, today = self._local(unix_s).date(), self._local(self.now_unix_s).date()
        if day == today:
            return f"at {self.clock(unix_s)}"
        before = "" if abs((day - today).days) == 1 else "on "
        return f"{before}{self.day(day)} at {self.clock(unix_s)}"

    def at(self, unix_s: float, period: Period) -> str:
        """Return when something was, in a sentence that has named its period; of a single day the hour alone."""
        if len(period.dates(self.zone)) == 1:
            return self.clock(unix_s) if self.is_japanese else f"at {self.clock(unix_s)}"
        return self.on(unix_s)

    def period(self, period: Period) -> str:
        """Return which days a period is, as people say it."""
        self.periods.append(period)
        first, last = self._local(period.begin_unix_s), self._local(period.end_unix_s - 1.0)
        if period.seconds < 0.97 * SECONDS_PER_DAY and first.date() != last.date():
            return self.night(first.date())
        if first.date() == last.date():
            is_today = first.date() == self._local(self.now_unix_s).date()
            if period.seconds < 0.9 * SECONDS_PER_DAY and not (is_today and (first.hour, first.minute) == (0, 0)):
                return f"{self.day(first.date())}{'の' if self.is_japanese else ' '}{self.between(period)}"
            return self.day(first.date())
        ends_month = first.day == 1 and (last + timedelta(days=1)).day == 1
        if ends_month and (first.month, last.month) == (1, 12) and first.year == last.year:
            return f"{first.year}年" if self.is_japanese else f"in {first.year}"
        now = self._local(self.now_unix_s)
        is_this_month = first.day == 1 and (first.year, first.month) == (now.year, now.month)
        if is_this_month and (ends_month or last.date() == now.date()) and now.day > 1:
            return self.say("talk.day.this_month")
        if ends_month and first.month == last.month:
            return f"{first.month}月" if self.is_japanese else f"in {first:%B}"
        if self.is_japanese:
            return f"{self.day(first.date())}から{self.day(last.date())}まで"
        return f"from {self.day(first.date())} to {self.day(last.date())}"

    def between(self, period: Period) -> str:
        """Return from which hour to which a part of a day is: 10:05–11:40."""
        begin, end = self.clock(period.begin_unix_s), self.clock(period.end_unix_s)
        return f"{begin}から{end}まで" if self.is_japanese else f"{begin}–{end}"

    def night(self, evening: date) -> str:
        """Return which night began on an evening."""
        self.periods.append(Period.night(evening, self.zone))
        away = (self._local(self.now_unix_s).date() - evening).days
        if away in (0, 1):
            return self.say("talk.day.tonight" if away == 0 else "talk.day.last_night")
        return self.say("talk.day.night", day=self.day(evening))

    def unknown_period(self, period: Period) -> str:
        """Return which days a period is that nothing is known of: in words alone, since no row holds its numbers."""
        text = self.period(period)
        return self.say("talk.day.then") if any(letter.isdigit() for letter in text) else text

    def refused(self, key: str, source: str, why: str, **values: Any) -> Sentence:
        """Return a sentence with the words of whoever said no, quoted.

        Args:
            key: Of the sentence; its `why` are those words.
            source: Who said no.
            why: Their words.
            values: For the sentence.
        """
        at_s = self.now_unix_s
        about: dict[str, Any] = {"source": source, "subject": "", "begin_unix_s": at_s, "end_unix_s": at_s}
        row = Row(**about, text=cleaned(why, MOST_QUOTED), zone=self.zone_name)
        return self.sentence(key, (row,), why=self.quoted(why), **values)

    def not_known(self, what: str, figure: Figure) -> Sentence:
        """Return that something is not known, and why."""
        reason = self.say(figure.reason) if self.has(figure.reason) else self.say("talk.no_records")
        return self.sentence("talk.not_known", figure.rows, figure.origin, what=what, why=reason.rstrip("。."))


def origin_of(sentences: Iterable[Sentence]) -> str:
    """Return the worst origin of some sentences."""
    return worst([Origin.LIVE, *(Origin(one.origin) for one in sentences)]).value
