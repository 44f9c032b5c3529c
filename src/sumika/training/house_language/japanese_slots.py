"""What fills the slots of Japanese templates."""

from sumika.training.house_language import names
from sumika.training.house_language.device_kinds import ADJECTIVES, OPEN, USUAL, DeviceKinds
from sumika.training.house_language.japanese import Verb, asked, requested
from sumika.training.house_language.names import is_held, usual
from sumika.training.house_language.templates import Phrase, Segment

_OPEN_SHARE = 0.4
_PERIODS = {"p": "past", "pn": "night", "pm": "morning", "pw": "future", "pf": "future"}
_ROOMLESS = 0.45
GARDEN = ("庭", "ベランダ", "バルコニー", "お庭", "テラス")
_MANY_ROOMS = "living bedroom kitchen bathroom children toilet washroom hall japanese study dining"
ROOMS = tuple(_MANY_ROOMS.split(" "))
OTHER_MATTERS = ("thing", "act", "act_te", "act_past", "state")
FEW = {"vent": ("換気", "換気", "換気扇", "24時間換気"), "car": ("車", "EV", "電気自動車", "クルマ", "くるま")}


class Japanese(DeviceKinds):
    """Fills slots and says phrases in Japanese.

    Attributes:
        richly: In every manner of speaking; otherwise plainly.
    """

    richly: bool = True

    def phrase(self, phrase: Phrase) -> list[Segment]:
        """Return a request or a question as it is said."""
        if phrase.raw == "{act}":
            return [Segment(requested(self.part("acts"), self.random, richly=self.richly), role="phrase")]
        say = asked if "!" in phrase.raw or "?" in phrase.raw else requested
        return [Segment(say(phrase.raw, self.random, richly=self.richly), role="phrase")]

    def slot(self, name: str) -> list[Segment]:
        """Return what fills a slot; "device=電気" is the piece as it stands."""
        piece, stands, text = name.partition("=")
        if stands:
            return [Segment(text, piece)]
        if name in _PERIODS or name == "pa":
            way = _PERIODS.get(name) or self.one(("past", "future"))
            return [Segment(getattr(self, way)()[1], "period")]
        amounts = {
            "temp": "temperature",
            "delta": "difference",
            "step": "step",
            "kelvin": "kelvin",
            "num": "temperature",
        }
        if name in amounts:
            return [Segment(getattr(self, amounts[name])(), "number")]
        if name == "share":
            return [Segment(self.share(), "number")]
        if name in ("dur", "delay", "time"):
            way, piece = {"dur": ("duration", "duration"), "delay": ("delay", "delay"), "time": ("hour", "time")}[name]
            return [Segment(getattr(self, way)(), piece)]
        if name == "colour":
            return [Segment(self.one(names.COLOURS["ja"]), "colour")]
        return self._named(name)

    def _named(self, name: str) -> list[Segment]:
        if name in OTHER_MATTERS:
            return [Segment(self._other(name))]
        if name in FEW:
            return [Segment(self.one(FEW[name]), "device")]
        if name == "r":
            return [Segment(self.room(), "room")]
        if name == "r0":
            return [Segment(self.room(), "room"), Segment("で")] if self.maybe(0.5) else []
        if name == "who":
            return [Segment(self.person(), "resident")]
        if name in ("all", "all_cover"):
            return self._all("cover" if name == "all_cover" else self.one(("light", "light", "fan", "other", "ac")))
        if name == "everything":
            return [Segment(self.one(names.EVERY["ja"]), "device")]
        if name.endswith("0"):
            return [Segment(self.device(name[:-1]), "device")]
        return self._placed(name)

    def _placed(self, kind: str) -> list[Segment]:
        """Return a device, perhaps with the room that it stands in."""
        device = Segment(self.device(kind), "device")
        roomless = 0.75 if kind in ("tank", "machine", "battery") else _ROOMLESS
        if self.maybe(roomless):
            return [device]
        between = (
            "の"
            if not self.richly or self.maybe(0.86)
            else self.one(("", "", "にある", "、", "のとこの", "の方の", " "))
        )
        return [Segment(self.room(), "room"), Segment(between), device]

    def _all(self, kind: str) -> list[Segment]:
        word = self.device(kind)
        every = self.one(("全部の", "すべての", "全ての", "全部の", "ぜんぶの", "みんなの"))
        said = self.one(
            (
                f"{every}{word}",
                f"{every}{word}",
                f"{word}全部",
                f"{word}ぜんぶ",
                f"全{word}" if word in ("照明", "電灯") else f"{word}すべて",
                f"{word}みんな",
            )
        )
        if self.maybe(0.3):
            return [Segment(self.room(), "room"), Segment("の"), Segment(said, "device")]
        if self.maybe(0.25):
            return [Segment(self.one(names.WHOLE["ja"]), "room"), Segment("の"), Segment(word, "device")]
        return [Segment(said, "device")]

    def _other(self, name: str) -> str:
        """Return a word of matters that are not the house's."""
        if name in ("thing", "state"):
            return self.part(f"{name}s")
        verb = Verb(self.part("acts"))
        return {"act_te": verb.te, "act_past": verb.past}.get(name, verb.plain)

    # Names

    def device(self, kind: str) -> str:
        """Return what a thing of a kind is called."""
        kind = self.kind_of(kind)
        if kind == "invented":
            return self._invented()
        if kind == "heating":
            return self.one(("暖房", "暖房", "冷房", "冷房", "冷暖房", "床暖房", "クーラー", "ヒーター"))
        if self.widely and kind in OPEN and self.maybe(names.WIDE_SHARE):
            return self._wide(self.part(f"{OPEN[kind]}_words"))
        if self.held or (kind in OPEN and self.maybe(_OPEN_SHARE)) or self.maybe(0.12):
            return self._open(kind)
        words = (
            usual("ja", *USUAL[kind])
            if kind != "fan" or self.maybe(0.7)
            else ("扇風機", "サーキュレーター", "せんぷうき")
        )
        word = self.one(words[:9] if self.maybe(0.6) else words)
        return self.device(kind) if word in names.NOT_A_DEVICE else word

    def _wide(self, head: str) -> str:
        """Return a name of up to two words before what it is: all of it is the name, whatever the words mean."""
        before = [self.any_word() + self.one(("", "", "の")) for _ in range(self.number(0, 2))]
        return "".join([*before, head, self.one(("", "", "", str(self.number(1, 9))))])

    def _open(self, kind: str) -> str:
        owner = self.one((f"{self.part('brands')}の", f"{self.given()}の", self.invented(), self.part("brands")))
        before = owner if self.maybe(0.5) else self.modifier() + self.one(("の", "の", ""))
        if kind not in OPEN or (OPEN[kind] == "machine" and self.held):
            return before + self.one(tuple(one for one in usual("ja", *USUAL[kind]) if one not in names.NOT_A_DEVICE))
        word = self.part(f"{OPEN[kind]}_words")
        ways = [word, word, f"{word}{self.number(1, 6)}", f"{self.number(1, 6)}番の{word}", *[before + word] * 6]
        ways = ways if not self.held or is_held(word) else [before + word]
        if OPEN[kind] != "machine":
            ways.append(self._invented())
        if OPEN[kind] in ADJECTIVES and not self.held:
            ways += [self.part(ADJECTIVES[OPEN[kind]]) + word] * 3
        return self.one(ways)

    def _invented(self) -> str:
        return self.invented() + (self.one(("ちゃん", "くん", "号", "1号", "", "", "")))

    def room(self) -> str:
        """Return what a room is called."""
        if self.held:
            return self.one((self.new_room(), self.part("room_names") if self.maybe(0.3) else self.new_room()))
        if self.maybe(0.42):
            head = self.one(("部屋", "間", "寝室", self.part("room_words"), self.part("room_words")))
            ways = (
                self.part("room_adjectives") + self.part("room_words"),
                self.part("room_names"),
                self.part("room_words"),
                f"{self.person(kin=self.maybe(0.4))}の部屋",
                head,
                *[self.new_room()] * 4,
            )
            return self.one(ways)
        if self.maybe(0.08):
            return self.one(names.HERE_WORDS["ja"] if self.maybe(0.6) else names.WHOLE["ja"])
        kind = self.one(ROOMS if self.maybe(0.85) else ("landing", "storage", "loft", "garage", "sunroom", "garden"))
        words = usual("ja", kind) if kind != "garden" else GARDEN
        return self.one(words[:3] if self.maybe(0.55) else words)

    def new_room(self) -> str:
        """Return what a room might be called that nobody has heard of."""
        if self.widely and self.maybe(names.WIDE_ROOM_SHARE):
            return self._wide(self.one(("部屋", "間", "寝室", "室", "ルーム", "書斎")))
        head = self.one(("部屋", "間", "寝室", "書斎", "客間", "仕事部屋"))
        ways = (
            self.invented() + self.one(("ルーム", "部屋", "の間")),
            f"{self.given()}の{self.one(('部屋', '書斎', '寝室', '勉強部屋'))}",
            self.modifier() + self.one(("の", "", "の")) + head,
            self.modifier() + self.one(("ルーム", "室", "部屋", "の部屋")),
        )
        return self.one(ways)

    def person(self, *, kin: bool | None = None) -> str:
        """Return what somebody is called."""
        if kin or (kin is None and not self.held and self.maybe(0.55)):
            if self.maybe(0.06) and kin is None:
                return self.one(("私", "わたし", "僕", "俺", "わし", "自分"))
            return self.one(names.KIN["ja"])
        name = self.one((self.given(), self.given(), self.part("family"), self.part("family") + self.given()))
        return name + self.part("honorifics") if self.maybe(0.75) else name
