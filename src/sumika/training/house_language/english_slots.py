"""What fills the slots of English templates."""

from sumika.training.house_language import names
from sumika.training.house_language.english import about, whether
from sumika.training.house_language.japanese_slots import _ANY, _USUAL, ADJECTIVES
from sumika.training.house_language.names import is_held, usual
from sumika.training.house_language.periods import Periods
from sumika.training.house_language.templates import Phrase, Segment, drawn

_OPEN = {
    "light": "light",
    "lamp": "light",
    "dim": "light",
    "fan": "fan",
    "other": "other",
    "cover": "cover",
    "window": "window",
    "machine": "machine",
}
_PERIODS = {"p": "past", "pn": "night", "pm": "morning", "pw": "future", "pf": "future"}
_NO_ARTICLE = (
    "upstairs",
    "downstairs",
    "outside",
    "outdoors",
    "here",
    "everywhere",
    "living",
    "in here",
    "this room",
    "my room",
    "this place",
)
_ROOMLESS = 0.5
ROOM_HEADS = ("room", "bedroom", "kitchen", "bathroom", "study", "office", "room")
GARDEN = ("garden", "balcony", "yard", "back garden", "front yard", "patio")
_PLURAL = (
    "light",
    "lamp",
    "curtain",
    "blind",
    "shutter",
    "shade",
    "window",
    "fan",
    "bulb",
    "drape",
    "spotlight",
    "heater",
    "radiator",
)


class English(Periods):
    """Fills slots and says phrases in English.

    Attributes:
        richly: In every manner of speaking; otherwise plainly.
    """

    richly: bool = True

    def phrase(self, phrase: Phrase) -> list[Segment]:
        """Return a question about a thing, or whether something is so."""
        parts = [drawn(part, self, self.random) for part in phrase.parts]
        if phrase.raw.startswith("!"):
            first = parts[0]
            for more in parts[1:]:
                first += more
            return about(self, [Segment(first[0].text[1:], first[0].piece), *first[1:]])
        verb = parts[0][0].text[1:]
        return whether(self, verb, parts[1], parts[2])

    def slot(self, name: str) -> list[Segment]:
        """Return what fills a slot."""
        if name == "pp":
            said = self.one(
                (
                    "yesterday",
                    "today",
                    "last night",
                    "this morning",
                    "last week",
                    "this week",
                    "last month",
                    "Monday",
                    "Sunday",
                )
            )
            return [Segment(said, "period")]
        if name in _PERIODS or name == "pa":
            way = _PERIODS.get(name) or self.one(("past", "future"))
            before, piece = getattr(self, way)()
            return [Segment(before), Segment(piece, "period")]
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
            return [Segment(self.one(names.COLOURS["en"]), "colour")]
        return self._named(name)

    def _named(self, name: str) -> list[Segment]:
        if name in ("thing", "act", "acted", "state"):
            return [Segment(self.part(name if name == "acted" else f"{name}s"))]
        if name == "car":
            return [Segment("the "), Segment(self.one(("car", "EV", "electric car", "car")), "device")]
        if name in ("r", "r0"):
            return self._room(article=name == "r")
        if name == "inr":
            return self._in_room()
        if name == "who":
            return [Segment(self.person(), "resident")]
        if name in ("all", "all_cover"):
            return self._all("cover" if name == "all_cover" else self.one(("light", "light", "light", "fan", "other")))
        if name == "everything":
            return [Segment(self.one(names.EVERY["en"]), "device")]
        if name == "anys":
            return [Segment(f"{self.one(_PLURAL)}s", "device")]
        if name.endswith("0"):
            return [Segment(self.device(name[:-1]), "device")]
        return self._placed(name)

    def _article(self) -> str:
        return "the " if not self.richly or self.maybe(0.8) else self.one(("", "", "my ", "our ", "that ", "this "))

    def _room(self, *, article: bool) -> list[Segment]:
        room = self.room()
        bare = not article or room in _NO_ARTICLE or "'s " in room or room[0].isupper()
        return [Segment("" if bare else self._article()), Segment(room, "room")]

    def _in_room(self) -> list[Segment]:
        room = self.room()
        if room == "in here":
            room = "here"
        if room == "here":
            return [Segment(self.one(("", "in ", "in "))), Segment("here", "room")]
        if room in (
            "upstairs",
            "downstairs",
            "outside",
            "outdoors",
            "everywhere",
            "throughout the house",
            "all over the house",
        ):
            return [Segment(room, "room")]
        before = "on " if "floor" in room or room in ("landing", "patio", "terrace", "balcony", "porch") else "in "
        bare = room in _NO_ARTICLE or "'s " in room or room[0].isupper()
        return [Segment(before + ("" if bare else self._article())), Segment(room, "room")]

    def _placed(self, kind: str) -> list[Segment]:
        """Return a device with its article, perhaps with the room that it stands in."""
        device = Segment(self.device(kind), "device")
        named = device.text[0].isupper() and " " not in device.text and len(device.text) > 3
        article = "" if (named and self.maybe(0.6)) or "'s " in device.text else self._article()
        if self.maybe(0.75 if kind in ("tank", "machine", "battery") else _ROOMLESS):
            return [Segment(article), device]
        if self.maybe(0.6) and not named and "'s " not in device.text:
            room = self.room()
            bare = "'s " in room or room[0].isupper() or room in _NO_ARTICLE
            if room not in names.HERE_WORDS["en"] and room not in names.WHOLE["en"]:
                return [Segment("" if bare else article), Segment(room, "room"), Segment(" "), device]
        return [Segment(article), device, Segment(" "), *self._in_room()]

    def _all(self, kind: str) -> list[Segment]:
        word = self.device(kind)
        word = word if word.endswith("s") else f"{word}s"
        said = self.one(
            (
                f"all the {word}",
                f"all the {word}",
                f"all {word}",
                f"every {word.removesuffix('s')}",
                f"all of the {word}",
            )
        )
        if self.maybe(0.45):
            return [Segment(said, "device"), Segment(" "), *self._in_room()]
        if self.maybe(0.25):
            return [
                Segment("the "),
                Segment(word, "device"),
                Segment(" "),
                Segment(self.one(("everywhere", "all over the house", "throughout the house")), "room"),
            ]
        return [Segment(said, "device")]

    # Names

    def device(self, kind: str) -> str:
        """Return what a thing of a kind is called."""
        if kind == "any":
            kind = self.one(_ANY)
        if kind == "dim":
            kind = self.one(("light", "light", "light", "fan"))
        kind = "light" if kind == "lamp" else kind
        self.kind = kind
        if kind == "invented":
            return self.invented()
        if kind == "heating":
            return self.one(
                ("heating", "heating", "cooling", "heater", "underfloor heating", "central heating", "air conditioning")
            )
        if self.held or (kind in _OPEN and self.maybe(0.4)) or self.maybe(0.12):
            return self._open(kind)
        words = usual("en", *_USUAL[kind]) if kind != "fan" or self.maybe(0.6) else ("fan", "ceiling fan", "fan")
        word = self.one(words[:6] if self.maybe(0.6) else words)
        if word in names.NOT_A_DEVICE:
            return self.device(kind)
        return f"{word}s" if word in _PLURAL and self.maybe(0.45) else word

    def _open(self, kind: str) -> str:
        owner = self.one((self.part("brands"), f"{self.given()}'s", self.invented()))
        before = owner if self.maybe(0.5) else self.modifier()
        if kind not in _OPEN or (_OPEN[kind] == "machine" and self.held):
            words = tuple(one for one in usual("en", *_USUAL[kind]) if one not in names.NOT_A_DEVICE)
            return f"{before} {self.one(words)}"
        word = self.part(f"{_OPEN[kind]}_words")
        ways = [word, word, f"{word} {self.number(1, 6)}", *[f"{before} {word}"] * 6]
        ways = ways if not self.held or is_held(word) else [f"{before} {word}"]
        if _OPEN[kind] != "machine":
            ways.append(self.invented())
        if _OPEN[kind] in ADJECTIVES and not self.held:
            ways += [f"{self.part(ADJECTIVES[_OPEN[kind]])} {word}"] * 4
        return self.one(ways)

    def room(self) -> str:
        """Return what a room is called."""
        if self.held:
            return self.new_room()
        if self.maybe(0.42):
            ways = (
                f"{self.part('room_adjectives')} {self.part('room_words')}",
                f"{self.part('room_adjectives')} {self.one(ROOM_HEADS)}",
                self.part("room_names"),
                self.part("room_words"),
                *[self.new_room()] * 4,
            )
            return self.one(ways)
        if self.maybe(0.05):
            return self.one(names.HERE_WORDS["en"]).removeprefix("the ")
        if self.maybe(0.04):
            return self.one(("everywhere", "whole house", "entire house", "house"))
        kinds = (
            "living",
            "living",
            "bedroom",
            "bedroom",
            "kitchen",
            "kitchen",
            "bathroom",
            "children",
            "toilet",
            "washroom",
            "hall",
            "study",
            "dining",
            "japanese",
        )
        kind = self.one(kinds if self.maybe(0.85) else ("landing", "storage", "loft", "garage", "sunroom", "garden"))
        words = usual("en", kind) if kind != "garden" else GARDEN
        return self.one(words[:3] if self.maybe(0.6) else words)

    def new_room(self) -> str:
        """Return what a room might be called that nobody has heard of."""
        ways = (
            f"{self.person()}'s {self.one(('room', 'bedroom', 'study', 'office', 'room'))}",
            f"{self.invented()} {self.one(('room', 'Room', 'suite'))}",
            f"{self.modifier()} {self.one(ROOM_HEADS)}",
            f"{self.modifier()} {self.one(ROOM_HEADS)}",
        )
        return self.one(ways)

    def person(self) -> str:
        """Return what somebody is called."""
        if not self.held and self.maybe(0.5):
            kin = self.one(names.KIN["en"])
            return (
                kin.capitalize()
                if kin.startswith(("gra", "dad", "mum", "mom", "na", "granny")) and self.maybe(0.5)
                else kin
            )
        ways = (
            self.given(),
            self.given(),
            f"{self.part('titles')} {self.part('family')}",
            f"{self.part('titles')} {self.given()}",
        )
        return self.one(ways)
