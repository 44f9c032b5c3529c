"""How Japanese asks: forms of verbs, requests from curt to courtly and of several dialects, questions of every kind."""

import re
from functools import cache

import numpy as np

from sumika.training.house_language.words import Weighted, alike, weighted

ICHIDAN_ENDS = "えけげせぜてでねへべめれ"
ICHIDAN = ("起きる", "閉じる", "出る", "寝る", "いる", "見る")
GODAN = {
    "う": ("い", "え", "わ", "って"),
    "つ": ("ち", "て", "た", "って"),
    "る": ("り", "れ", "ら", "って"),
    "む": ("み", "め", "ま", "んで"),
    "ぶ": ("び", "べ", "ば", "んで"),
    "ぬ": ("に", "ね", "な", "んで"),
    "く": ("き", "け", "か", "いて"),
    "ぐ": ("ぎ", "げ", "が", "いで"),
    "す": ("し", "せ", "さ", "して"),
}
_VOLITIONAL = {
    "え": "お",
    "て": "と",
    "れ": "ろ",
    "め": "も",
    "べ": "ぼ",
    "ね": "の",
    "け": "こ",
    "げ": "ご",
    "せ": "そ",
}


class Verb:
    """Forms of a verb.

    Attributes:
        plain: As in the dictionary.
        te: Joining form.
        masu: Stem of the polite forms.
        order: Imperative.
        will: Volitional.
    """

    def __init__(self, plain: str) -> None:
        self.plain = plain
        if plain.endswith("する"):
            stem = plain[:-2]
            self.te, self.masu, self.order, self.will = f"{stem}して", f"{stem}し", f"{stem}しろ", f"{stem}しよう"
        elif plain.endswith(("来る", "くる")):
            stem = plain[:-1] if plain.endswith("来る") else plain[:-2] + "き"
            self.te, self.masu, self.order, self.will = f"{stem}て", stem, f"{plain[:-1]}い", f"{plain[:-1]}よう"
        elif plain.endswith(ICHIDAN) or (plain[-1] == "る" and plain[-2] in ICHIDAN_ENDS):
            stem = plain[:-1]
            self.te, self.masu, self.order, self.will = f"{stem}て", stem, f"{stem}ろ", f"{stem}よう"
        else:
            stem, (i, e, _, te) = plain[:-1], GODAN[plain[-1]]
            self.te, self.masu, self.order, self.will = stem + te, stem + i, stem + e, stem + _VOLITIONAL[e] + "う"

    @property
    def past(self) -> str:
        """Plain past."""
        return self.te[:-1] + ("だ" if self.te[-1] == "で" else "た")

    @property
    def kept(self) -> str:
        """Joining form of doing it beforehand, contracted."""
        return self.te[:-1] + ("どいて" if self.te[-1] == "で" else "といて")


PLAIN_REQUESTS = ("{te}", "{te}", "{te}ください")
PLAIN_ASKS = ("", "？", "ですか")
POLITE_ASKS = ("か", "か？", "かね", "か教えて", "でしょうか")


def picked(table: Weighted, random: np.random.Generator) -> str:
    """Return one of a weighted table."""
    weights = np.array([weight for weight, _ in table], float)
    options = table[int(random.choice(len(table), p=weights / weights.sum()))][1]
    return options[int(random.integers(len(options)))]


def requested(plain: str, random: np.random.Generator, *, richly: bool) -> str:
    """Return a request to do something.

    Args:
        plain: Verb, perhaps with what belongs to it: "オンにする".
        random: Source of draws.
        richly: In all forms; otherwise in the two most usual.
    """
    verb = Verb(plain)
    form = (
        picked(weighted("ja", "requests"), random)
        if richly
        else PLAIN_REQUESTS[int(random.integers(len(PLAIN_REQUESTS)))]
    )
    forms = {"plain": verb.plain, "te": verb.te, "masu": verb.masu, "order": verb.order, "will": verb.will}
    return form.format(**forms, kept=verb.kept)


def going_on(te: str, random: np.random.Generator) -> str:
    """Return what is being done, by the joining form of its verb: as it is said here or there."""
    stem, voiced = te[:-1], te.endswith("で")
    west, south = ("ど", "じょ") if voiced else ("と", "ちょ")
    return _one((*(f"{te}いる", f"{te}る", f"{te}る") * 3, *(f"{stem}{west}る",) * 2, f"{stem}{south}る"), random)


def asked(content: str, random: np.random.Generator, *, richly: bool) -> str:
    """Return a question.

    Args:
        content: "何度!" for a noun asked for, "いる?" whether something is so, "寝る?た" whether it was, "する?ている"
            whether it is being done, "の!" for what follows a plain verb.
        random: Source of draws.
        richly: In all forms; otherwise in the most usual.
    """
    word, mark, form = content.partition("!")
    if mark:
        return _of_noun(word, random, richly=richly)
    word, _, form = content.partition("?")
    return _of_verb(word, form, random, richly=richly)


def _one(options: tuple[str, ...], random: np.random.Generator) -> str:
    return options[int(random.integers(len(options)))]


def _of_noun(word: str, random: np.random.Generator, *, richly: bool) -> str:
    if word == "の":
        return picked(weighted("ja", "verb_questions"), random) if richly else _one(("の", "の？", ""), random)
    if word.endswith("だった"):
        told = _one(("だった", "だった", "でした", "だったか教えて", "だったの", "だったん", "だったかな"), random)
        return word[:-3] + (told if richly else _one(("だった", "でしたか"), random))
    if word.endswith("る"):
        return _of_verb(word, "", random, richly=richly)
    word = _one(alike("ja").get(word, (word,)), random) if richly else word
    return word + (picked(weighted("ja", "noun_questions"), random) if richly else _one(PLAIN_ASKS, random))


def _of_verb(word: str, form: str, random: np.random.Generator, *, richly: bool) -> str:
    if word.endswith(("い", "だ")) and not form:  # adjectives and nouns
        stem = word.removesuffix("だ")
        return stem + (picked(weighted("ja", "noun_questions"), random) if richly else _one(PLAIN_ASKS, random))
    verb = Verb(word)
    te = verb.te
    plain, polite = {
        "": (verb.plain, f"{verb.masu}ます"),
        "た": (verb.past, f"{verb.masu}ました"),
        "ている": (going_on(te, random), _one((f"{te}います", f"{te}ます"), random)),
    }[form]
    if random.random() < 0.25:
        return polite + (_one(POLITE_ASKS, random) if richly else "か")
    return plain + (picked(weighted("ja", "verb_questions"), random) if richly else _one(("", "？", "の"), random))


@cache
def _endings(name: str, before: str) -> re.Pattern[str]:
    """Return a pattern of what stands before an ending, and of every ending of a table."""
    told = {form.removeprefix("{te}") for _, forms in weighted("ja", name) for form in forms}
    plain = sorted((re.escape(one) for one in told if "{" not in one), key=len, reverse=True)
    return re.compile(f"(.*?{before})(?:{'|'.join(plain)})")


def ended(text: str, random: np.random.Generator, *, asks: bool) -> str:
    """Return the end of a sentence with another ending of its kind: ついてるかのう as ついとるっけ; else as it is.

    Args:
        text: What stands at the end.
        random: Source of draws.
        asks: Whether it is a question; else an order.
    """
    if asks:
        found = _endings("verb_questions", "[るたい]").fullmatch(text)
        if found is None:
            return text
        stem = _GOING_ON.sub(lambda one: going_on(_TE[one[1]], random), found[1])
        return stem + picked(weighted("ja", "verb_questions"), random)
    found = _endings("requests", "[てで]").fullmatch(text)
    if found is None:
        return text
    form = "{plain}"
    while not form.startswith("{te}"):
        form = picked(weighted("ja", "requests"), random)
    return found[1] + form.removeprefix("{te}")


_TE = {"て": "て", "で": "で", "と": "て", "ど": "で", "ちょ": "て", "じょ": "で"}
_GOING_ON = re.compile("(?<=[いっんしけめきりえれみぎびて])(て|で|と|ど|ちょ|じょ)(?<!い)い?る$")
