"""What fills the slots of English templates."""

from sumika.training.house_language import names
from sumika.training.house_language.english import about, whether
from sumika.training.house_language.english_names import PLURAL, EnglishNames
from sumika.training.house_language.templates import Phrase, Segment, drawn

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
_OTHER_MATTERS = ("thing", "act", "acted", "state", "city", "title", "figure")
_ROOMLESS = 0.5
_QUANTIFIERS = ("all the ", "all the ", "all ", "all ", "all of the ", "all my ", "all our ", "all of my ")
_EVERYWHERE = (
    (" ", "everywhere"),
    (" ", "all over the house"),
    (" ", "throughout the house"),
    (" in the ", "house"),
    (" in my ", "house"),
)
_EACH = ("every", "every", "each", "every single")


class English(EnglishNames):
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
        """Return what fills a slot; "device=lamp" is the piece as it stands."""
        piece, stands, text = name.partition("=")
        if stands:
            return [Segment(text, piece)]
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
        if name == "late":
            return [Segment(self.one(("lately", "lately", "recently", "these days")), "period")]
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
        if name in ("share", "half"):
            half = ("half", "half", "half power", "fifty percent")
            return [Segment(self.share() if name == "share" else self.one(half), "number")]
        if name in ("dur", "delay", "time"):
            way, piece = {"dur": ("duration", "duration"), "delay": ("delay", "delay"), "time": ("hour", "time")}[name]
            return [Segment(getattr(self, way)(), piece)]
        if name == "colour":
            return [Segment(self.one(names.COLOURS["en"]), "colour")]
        return self._named(name)

    def _named(self, name: str) -> list[Segment]:
        if name in _OTHER_MATTERS:
            return [Segment(self._of_other_matters(name))]
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
        if name in ("everything", "anys", "lights0", "covers"):
            return [Segment(self._several(name), "device")]
        if name.endswith("0"):
            return [Segment(self.device(name[:-1]), "device")]
        return self._placed(name)

    def _several(self, name: str) -> str:
        """Return more than one thing, without a word that says how many."""
        if name == "everything":
            return self.one(names.EVERY["en"])
        return (
            f"{self.one(PLURAL)}s" if name == "anys" else _plural(self.device("cover" if name == "covers" else "light"))
        )

    def _of_other_matters(self, name: str) -> str:
        """Return what is spoken of where nothing is asked of the house."""
        if name in ("thing", "act", "acted", "state"):
            return self.part(name if name == "acted" else f"{name}s")
        if name == "figure":
            return self.figure(self.number(2, 99))
        if name == "city":
            return self.one((*names.lists("en")["cities"], self.invented()))
        ways = (f"{self.part('modifiers')} {self.part('modifiers')}", self.part("modifiers"), self.invented())
        return self.one((*ways, f"{self.part('given')} {self.part('family')}", f"the {self.part('modifiers')}s"))

    def _article(self) -> str:
        return (
            "the " if not self.richly or self.maybe(0.74) else self.one(("", "", "", "my ", "our ", "that ", "this "))
        )

    def _room(self, *, article: bool) -> list[Segment]:
        room = self.room()
        bare = not article or room in _NO_ARTICLE or "'s " in room or room[0].isupper()
        return [Segment("" if bare else self._article()), Segment(room, "room"), *self._area(room)]

    def _area(self, room: str) -> list[Segment]:
        """Return what some say after a room, which is no part of its name."""
        is_own = room in _NO_ARTICLE or room in names.HERE_WORDS["en"] or room in names.WHOLE["en"]
        return [Segment(self.one((" area", " area", " zone")))] if not is_own and self.maybe(0.04) else []

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
        return [Segment(before + ("" if bare else self._article())), Segment(room, "room"), *self._area(room)]

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
        word = _plural(self.device(kind))
        before, whole = self.one(_EVERYWHERE)
        tail = [Segment(before), Segment(whole, "room")]
        if self.maybe(0.15):
            return [Segment("the "), Segment(word, "device"), *tail]
        said = [Segment(self.one(_QUANTIFIERS) + word, "device")]
        if self.maybe(0.3):
            single = word.removesuffix("s")
            said = [Segment(f"{self.one(_EACH)} {single}", "device")]
            if self.maybe(0.2):
                said = [Segment("each and "), Segment(f"every {single}", "device")]
        if self.maybe(0.5):
            said += [Segment(" "), *self._in_room()]
        elif self.maybe(0.2):
            said += tail
        return said


def _plural(word: str) -> str:
    return word if word.endswith("s") else f"{word}s"
