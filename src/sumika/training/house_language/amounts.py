"""How much, for how long, when: as it is said and written in either language."""

from sumika.training.house_language.names import Draw

_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
ONES = tuple(f"zero one two three four five six seven eight nine {_TEENS}".split(" "))
TENS = ("", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
KANJI = "〇一二三四五六七八九"
WIDE = {ord(one): ord(one) + 0xFEE0 for one in "0123456789.:%"}
TEMPERATURES = (16, 17, 18, 19, 20, 20, 21, 21, 22, 22, 23, 23, 24, 24, 25, 26, 26, 27, 28, 30)
SHARES = tuple(range(5, 95, 5))
MINUTES = (5, 10, 15, 20, 25, 30, 30, 40, 45, 50, 60, 90)


def in_kanji(value: int) -> str:
    """Return a number below 10 000 in kanji."""
    text = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十")):
        digit, value = divmod(value, unit)
        text += ("" if digit == 1 else KANJI[digit]) + name if digit else ""
    return text + (KANJI[value] if value else "") or KANJI[0]


def in_words(value: int) -> str:
    """Return a number below 10 000 in English words."""
    if value < 20:
        return ONES[value]
    if value < 100:
        return TENS[value // 10] + (f" {ONES[value % 10]}" if value % 10 else "")
    if value < 1000:
        rest = value % 100
        return f"{ONES[value // 100]} hundred" + (f" and {in_words(rest)}" if rest else "")
    rest = value % 1000
    return f"{in_words(value // 1000)} thousand" + (f" {in_words(rest)}" if rest else "")


class Amounts(Draw):
    """Draws amounts and times in one language."""

    @property
    def is_japanese(self) -> bool:
        """Whether they are said in Japanese."""
        return self.language == "ja"

    def figure(self, value: int) -> str:
        """Return a whole number as somebody might write it."""
        if self.is_japanese:
            return in_kanji(value) if self.maybe(0.25) else str(value).translate(WIDE if self.maybe(0.12) else {})
        return in_words(value) if self.maybe(0.3) else str(value)

    def of(self, values: tuple[int, ...]) -> int:
        """Return one of some numbers."""
        return values[int(self.random.integers(len(values)))]

    def temperature(self) -> str:
        """Return a temperature in a room."""
        value = self.of(TEMPERATURES)
        figure = self.figure(value)
        if self.is_japanese:
            return self.one((*(f"{figure}度",) * 6, f"{value}℃", f"{figure}度半", f"{value}.5度", f"{value}"))
        if self.maybe(0.12):
            half = (f"{value}.5 degrees", f"{figure} and a half degrees", f"{value}.5", f"{in_words(value)} point five")
            return self.one(half)
        short = (f"{value}°C", f"{value}°", f"{value}C", f"{value} C")
        return self.one((*(f"{figure} degrees",) * 6, figure, figure, *short, f"{figure} degrees celsius"))

    def difference(self) -> str:
        """Return a difference of temperatures."""
        value = self.number(1, 5)
        if self.is_japanese:
            return self.one((*(f"{self.figure(value)}度",) * 5, "0.5度", f"{value}℃", "1.5度"))
        unit = "degree" if value == 1 else "degrees"
        rare = ("a degree", "half a degree", "a couple of degrees", f"{value}°", f"{value}.5 degrees")
        return self.one((*(f"{self.figure(value)} {unit}",) * 5, *rare))

    def share(self) -> str:
        """Return a share of the whole."""
        value = self.of(SHARES)
        figure, tenth = self.figure(value), self.figure(self.number(1, 9))
        if self.is_japanese:
            wide, parts = f"{value}%".translate(WIDE), ("四分の一", "三分の一", "4分の1", "3分の2")
            usual: tuple[str, ...] = (
                *(f"{value}%",) * 4,
                *(f"{figure}パーセント",) * 4,
                f"{tenth}割",
                f"{tenth}割",
                wide,
                f"{value}",
            )
            return self.one((*usual, *parts))
        usual = (*(f"{value}%",) * 4, *(f"{figure} percent",) * 4, f"{figure} per cent", f"{value} %", f"{value}")
        return self.one((*usual, "a quarter", "a third", "three quarters", "two thirds"))

    def step(self) -> str:
        """Return a step of a fan."""
        value = self.number(1, 5)
        figure = self.figure(value)
        if self.is_japanese:
            return self.one((f"レベル{value}", figure, f"{figure}段階", f"{value}段", f"{figure}番", f"{value}"))
        return self.one((f"level {figure}", f"speed {figure}", figure, f"level {value}"))

    def kelvin(self) -> str:
        """Return a temperature of light."""
        value = 100 * self.number(22, 65)
        if self.is_japanese:
            return self.one((f"{value}ケルビン", f"{value}K", f"{value}k", f"{self.figure(value)}ケルビン"))
        return self.one((f"{value} kelvin", f"{value}K", f"{value} K", f"{self.figure(value)} kelvin"))

    def duration(self) -> str:
        """Return for how long."""
        minutes, hours = self.of(MINUTES), self.number(1, 8)
        minute, hour, seconds = self.figure(minutes), self.figure(hours), self.figure(self.number(10, 50))
        if self.is_japanese:
            both = f"{hour}時間{minutes % 60 or 15}分"
            usual: tuple[str, ...] = (
                f"{minute}分",
                f"{minute}分",
                f"{minute}分間",
                f"{hour}時間",
                f"{hour}時間",
                f"{hour}時間半",
                both,
            )
            rare: tuple[str, ...] = (*usual, "半日", "一晩", f"{seconds}秒", f"{minute}分半", "半時間")
            return self.one(rare if self.maybe(0.3) else usual)
        whole = f"{hour} {'hour' if hours == 1 else 'hours'}"
        usual = (*(f"{minute} minutes",) * 3, *(whole,) * 3, "half an hour", "an hour", "an hour and a half")
        rare = ("a quarter of an hour", "a couple of hours", f"{whole} and {minute} minutes", f"{seconds} seconds")
        short = (f"{hours}h", f"{hours} and a half hours", "a minute", f"{minutes} mins", f"{minutes} min")
        return self.one((*rare, *short)) if self.maybe(0.25) else self.one(usual)

    def delay(self) -> str:
        """Return in how long; with the word that says so."""
        duration = self.duration()
        while duration in ("一晩", "半日"):
            duration = self.duration()
        if self.is_japanese:
            whole = duration if duration.endswith("時間") else duration.removesuffix("間")
            return whole + self.one(("後", "後", "後", "後", "あと", "したら", "経ったら"))
        ways = (*(f"in {duration}",) * 5, f"after {duration}", f"{duration} from now", f"in {duration}'s time")
        return self.one(ways if not duration.endswith("s") else ways[:-1])

    def hour(self) -> str:
        """Return an hour of the day."""
        value, minute = self.number(1, 12), self.of((15, 30, 45, 10))
        figure = self.figure(value)
        if self.is_japanese:
            half = (f"{figure}時半", f"{figure}時半", f"{value}時{minute}分", f"{value + 11}時", f"{value}:{minute}")
            said = self.one((*(f"{figure}時",) * 5, *half))
            return said if ":" in said else self.one(HOURS_BEFORE) + said
        if self.maybe(0.2):
            return self.one(
                (f"quarter past {figure}", f"quarter to {figure}", "noon", "midnight", f"{value + 11}:{minute}")
            )
        usual: tuple[str, ...] = (
            figure,
            figure,
            f"{figure} o'clock",
            f"{value}am",
            f"{value} am",
            f"{value} pm",
            f"{value}:{minute}",
        )
        return self.one((*usual, f"half past {figure}", f"{figure} thirty")) + self.one(HOURS_AFTER)


_DAYS = "朝 朝の 夕方 夕方の 夜 夜の 午前 午後 明日の朝 明日の 明朝 翌朝 昼の 今夜"
HOURS_BEFORE = ("", "", "", *_DAYS.split(" "))
_AFTER = (" in the morning", " tonight", " tomorrow morning", " this evening", " in the evening", " tomorrow")
HOURS_AFTER = ("", "", "", "", *_AFTER)
