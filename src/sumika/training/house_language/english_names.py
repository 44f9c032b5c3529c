"""What things, rooms and people may be called in English: the usual words, and names that nobody has heard."""

from sumika.training.house_language import names
from sumika.training.house_language.device_kinds import ADJECTIVES, OPEN, USUAL, DeviceKinds
from sumika.training.house_language.names import is_held, usual

_TAGS = (
    *("1", "2", "3", "4", "5", "6", "7", "9", "10", "12", "one", "two", "three", "four", "A", "B", "C", "A3", "B2"),
    *("number 2", "left", "right", "north", "south", "top", "bottom", "front", "rear", "inside", "outside"),
)
_PLACES = ("by", "next to", "above", "over", "behind", "on", "near", "under")
_FURNITURE = (
    "sofa",
    "bed",
    "desk",
    "table",
    "door",
    "window",
    "piano",
    "sink",
    "mirror",
    "stove",
    "bookshelf",
    "couch",
)
ROOM_HEADS = ("room", "bedroom", "kitchen", "bathroom", "study", "office", "room")
GARDEN = ("garden", "balcony", "yard", "back garden", "front yard", "patio")
PLURAL = (
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


class EnglishNames(DeviceKinds):
    """Draws what things, rooms and people are called in English."""

    def device(self, kind: str) -> str:
        """Return what a thing of a kind is called."""
        kind = self.kind_of(kind)
        if kind == "invented":
            return self.invented()
        if kind == "heating":
            return self.one(
                ("heating", "heating", "cooling", "heater", "underfloor heating", "central heating", "air conditioning")
            )
        if self.held or (kind in OPEN and self.maybe(0.5)) or self.maybe(0.15):
            return self._open(kind)
        words = usual("en", *USUAL[kind]) if kind != "fan" or self.maybe(0.6) else ("fan", "ceiling fan", "fan")
        word = self.one(words[:6] if self.maybe(0.6) else words)
        if word in names.NOT_A_DEVICE:
            return self.device(kind)
        return f"{word}s" if word in PLURAL and self.maybe(0.45) else word

    def _open(self, kind: str) -> str:
        owner = self.one((self.part("brands"), f"{self.given()}'s", self.invented()))
        before = owner if self.maybe(0.5) else self.modifier()
        if kind not in OPEN or (OPEN[kind] == "machine" and self.held):
            words = tuple(one for one in usual("en", *USUAL[kind]) if one not in names.NOT_A_DEVICE)
            return f"{before} {self.one(words)}"
        word = self.part(f"{OPEN[kind]}_words")
        ways = [word, word, f"{word} {self.number(1, 6)}", *[f"{before} {word}"] * 5]
        ways = ways if not self.held or is_held(word) else [f"{before} {word}"]
        ways += [f"{before} {self.modifier()} {word}", f"{before} {word} {self.one(_TAGS)}"]
        if OPEN[kind] != "machine":
            ways += [self.invented(), self._bare(), self._bare()]
        if OPEN[kind] in ADJECTIVES and not self.held:
            adjective = self.part(ADJECTIVES[OPEN[kind]])
            ways += [f"{adjective} {word}"] * 3
            ways += [f"{before} {adjective} {word}", f"{adjective} {word} {self.one(_TAGS)}"]
            ways += [f"{word} {self.one(_PLACES)} the {self.one(_FURNITURE)}"]
        return _titled(self.one(ways)) if self.maybe(0.2) else self.one(ways)

    def _bare(self) -> str:
        """Return the name of a product, or a pet name, that does not say what the thing is."""
        brand, word = self.part("brands"), self.part("modifiers")
        ways = (
            f"{brand} {self.part('modifiers')}".title(),
            f"{brand} {self.invented()}",
            f"{brand} {self.invented()} {self.number(1, 9)}",
            f"{self.invented()} {word}",
            f"{word} {self.part('modifiers')}",
            _titled(f"{word} {self.part('modifiers')}"),
            f"{self.given()}'s {word}",
            f"{word} {self.part('modifiers')} {self.part('modifiers')}",
            word,
        )
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
            f"{self.modifier()} {self.modifier()} {self.one(ROOM_HEADS)}",
            f"{self.invented()} {self.one(ROOM_HEADS)} {self.number(1, 9)}",
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


def _titled(name: str) -> str:
    """Return a name with each of its words capitalised, as it is written on a list of devices."""
    return " ".join(word[:1].upper() + word[1:] for word in name.split(" "))
