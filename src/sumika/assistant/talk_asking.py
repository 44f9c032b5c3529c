"""What the house asked back, and what a short answer to it makes of what was said before."""

import re
from collections.abc import Callable
from typing import Protocol

import msgspec

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import ALL_WORDS, EVERYTHING, is_japanese, plain
from sumika.assistant.names import Names
from sumika.assistant.saying import Reply, Voice, cleaned
from sumika.assistant.talk_wanted import Wanted
from sumika.assistant.understanding_pieces import with_piece

YES = frozenset(
    {
        "yes",
        "yeah",
        "yep",
        "ok",
        "okay",
        "please",
        "sure",
        "はい",
        "うん",
        "ええ",
        "そう",
        "お願い",
        "おねがい",
        "お願いします",
        "いいよ",
        "そうです",
    }
)
NO = frozenset(
    {
        "no",
        "nope",
        "cancel",
        "never mind",
        "nevermind",
        "forget it",
        "no thanks",
        "no thank you",
        "none",
        "none of them",
        "いいえ",
        "いや",
        "ちがう",
        "違う",
        "違います",
        "やめて",
        "キャンセル",
        "いらない",
        "いいです",
        "大丈夫",
        "大丈夫です",
        "もういい",
        "もういいです",
        "結構です",
        "もう結構です",
        "なんでもない",
        "どれでもない",
    }
)
"""いいです and 大丈夫 are "no, thank you" more often than yes, and nothing is done where it might be either."""


class Understanding(Protocol):
    """What was understood of a sentence."""

    @property
    def calls(self) -> tuple[Call, ...]:
        """What is asked for; () where nothing was understood."""

    @property
    def by(self) -> str:
        """Who understood: sentences, student, model; empty: nobody."""

    @property
    def probability(self) -> float:
        """How surely."""

    @property
    def ask_back(self) -> str:
        """Key of what is to be asked; then nothing is done."""

    @property
    def silent(self) -> bool:
        """Whether a larger model was asked, and did not answer."""

    @property
    def delay(self) -> str:
        """Piece that says in how long the order is to be carried out, of tools that take none; empty: now."""


class Understands(Protocol):
    """Whoever understands sentences."""

    def understand(self, sentence: str, language: str = "", room: str = "") -> Understanding:
        """Return what a sentence asks for."""


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood without anybody who understands sentences: a button, an answer to what was asked back.

    Attributes:
        calls: What is asked for.
        by: Who understood.
        probability: How surely.
        ask_back: Key of what is to be asked.
        silent: As for a sentence; there it is never asked.
        delay: As for a sentence.
    """

    calls: tuple[Call, ...] = ()
    by: str = ""
    probability: float = 0.0
    ask_back: str = ""
    silent: bool = False
    delay: str = ""


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked back.

    Attributes:
        calls: What waits for the answer.
        missing: Name of the piece that is asked for; empty: yes or no.
        choices: (what is shown, what it stands for) to choose from.
        modes: Calls to choose between, by what is shown.
        by: Who understood.
        probability: How surely.
        said: What was said first; the audit keeps it.
        delay: As for a sentence.
    """

    calls: tuple[Call, ...]
    missing: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    modes: dict[str, Call] = {}
    by: str = ""
    probability: float = 0.0
    said: str = ""
    delay: str = ""


# -- asking ------------------------------------------------------------------------------------------------------------

_WORD_LETTERS = 40


def asked_back(wanted: Wanted, names: Names, voice: Voice) -> Reply:
    """Return the question that a call leaves open.

    Args:
        wanted: What the call means, and what of it is open.
        names: Of the house.
        voice: Asks it.
    """
    key = f"talk.ask.{wanted.ask_back.removeprefix('ask_back.')}"
    labels = tuple(_label(one, names, voice) for one in wanted.choices)
    word = voice.quoted(cleaned(wanted.asked_of, _WORD_LETTERS))
    sentences = [
        voice.sentence(key if voice.has(key) else "talk.ask.again", word=word, choices=voice.listed(labels, "or"))
    ]
    if labels and "unknown" in key:
        sentences.append(voice.sentence("talk.ask.similar", choices=voice.listed(labels, "or")))
    return Reply(sentences=tuple(sentences), ask_back=True, choices=labels)


def _label(identifier: str, names: Names, voice: Voice) -> str:
    if identifier in names.devices:
        shown = voice.device(identifier)
    elif identifier in names.rooms:
        shown = voice.room(identifier)
    else:
        shown = voice.resident(identifier)
    return shown.removeprefix("the ") if not voice.is_japanese else shown


def pending_of(call: Call, wanted: Wanted, reply: Reply, understood: Understanding, voice: Voice, text: str) -> Pending:
    """Return what is kept of a question that was asked back.

    Args:
        call: That waits for the answer.
        wanted: What it means so far.
        reply: The question.
        understood: Of what was said.
        voice: That asked.
        text: What was said.
    """
    missing = _missing_in(wanted.ask_back) if wanted.ask_back else _missing_of(reply, voice)
    choices = tuple(zip(reply.choices, wanted.choices, strict=False))
    modes: dict[str, Call] = {}
    if missing == "mode":
        spans: dict[str, str] = {str(name): piece for name, piece in call.spans.items() if name in TOOLS["mode"].spans}
        for key in ("heat", "cool"):
            modes[voice.say(f"talk.choice.{key}")] = Call(tool="mode", what=key, spans=spans)
    return Pending(
        calls=(call,),
        missing=missing,
        choices=choices,
        modes=modes,
        by=understood.by,
        probability=understood.probability,
        said=text,
        delay=understood.delay or call.spans.get("delay", ""),
    )


def _missing_in(key: str) -> str:
    """Return which piece a question asks for."""
    last = key.rpartition("_")[2].rstrip("s")
    return {"there": "room", "storey": "room", "cannot": "device", "ask_back.cannot": "device"}.get(last, last)


def _missing_of(reply: Reply, voice: Voice) -> str:
    """Return which piece a question of ours asks for, by its words."""
    text = reply.sentences[-1].text if reply.sentences else ""
    if text == voice.sentence("talk.ask.heat_or_cool").text:
        return "mode"
    return "device" if text == voice.sentence("talk.ask.device").text else "room"


# -- being answered ----------------------------------------------------------------------------------------------------

_MARKS = " 。.!！?？、,"


def continued(
    pending: Pending, text: str, voice: Voice, resolved: Callable[[Call], Wanted | None]
) -> Understood | Reply | None:
    """Return what an answer to what was asked back comes to; None where it is no such answer.

    Only a choice and nothing beside it is one: "not the bedroom light" and "turn the bedroom light off" are sentences.

    Args:
        pending: What was asked.
        text: The answer.
        voice: Says that it is dropped.
        resolved: Tells what a call means here; None where the table does not have it.
    """
    key = plain(text.strip(_MARKS))
    if key in _NO:
        return Reply(sentences=(voice.sentence("talk.ask.dropped"),))
    pieces = _pieces_of(text)
    answers = frozenset(map(plain, pieces))
    for label, call in pending.modes.items():
        if not answers.isdisjoint((plain(label), *_OF_MODE[call.what])):
            return _meant((call,), pending)
    chosen = [stands for label, stands in pending.choices if not answers.isdisjoint((plain(label), plain(stands)))]
    if key in _YES:
        if not pending.missing:
            return _meant(pending.calls, pending)
        chosen = [stands for _, stands in pending.choices] if len(pending.choices) == 1 else []
    if not pending.missing or _WHAT_OF_IT.search(text):
        return None
    if pending.missing == "device" and not answers.isdisjoint(_ALL_OF_THEM):
        return _all_of_them(pending, resolved)
    # "The bedroom one" tells a room where a device is asked for.
    missing = (pending.missing, "room") if pending.missing == "device" else (pending.missing,)
    said = (chosen[0],) if len(chosen) == 1 else pieces
    found = (_completed(pending, name, piece, resolved) for piece in said for name in missing)
    return next((one for one in found if one is not None), None)


def answered(pending: Pending, understood: Understanding, voice: Voice) -> Understood | Reply | None:
    """Return what a yes or no in other words comes to: it answers what was asked, and no plan's suggestion.

    Args:
        pending: What was asked.
        understood: Of the answer.
        voice: Says that it is dropped.
    """
    call = understood.calls[0] if len(understood.calls) == 1 and not understood.ask_back else None
    if call is None or call.tool != "answer":
        return None
    if call.what == "no":
        return Reply(sentences=(voice.sentence("talk.ask.dropped"),))
    return None if pending.missing else _meant(pending.calls, pending)


_YES, _NO = frozenset(map(plain, YES)), frozenset(map(plain, NO))
_OF_MODE = {
    "heat": tuple(map(plain, ("heat", "heating", "heat it", "暖房", "だんぼう"))),
    "cool": tuple(map(plain, ("cool", "cooling", "cool it", "冷房", "れいぼう"))),
}
_ALL_OF_THEM = frozenset(
    map(plain, (*ALL_WORDS, *EVERYTHING, "all of them", "every one", "both", "both of them", "両方"))
)
_WHAT_OF_IT = re.compile("(?:は|って)[?\uff1f]*$")


def _all_of_them(pending: Pending, resolved: Callable[[Call], Wanted | None]) -> Understood | None:
    """Return what waited for all that was to be chosen from: 全部 after "which lamp" is not all of the house."""
    if len(pending.calls) != 1 or not (word := pending.calls[0].spans.get("device", "")):
        return None
    call = with_piece(pending.calls[0], "device", f"全部の{word}" if is_japanese(word) else f"all the {word}")
    found = resolved(call)
    are_those = found is not None and set(found.devices) == {stands for _, stands in pending.choices}
    return _meant((call,), pending) if are_those else None


def _meant(calls: tuple[Call, ...], pending: Pending) -> Understood:
    return Understood(calls=calls, by=pending.by, probability=pending.probability, delay=pending.delay)


def _completed(
    pending: Pending, missing: str, piece: str, resolved: Callable[[Call], Wanted | None]
) -> Understood | None:
    """Return what waited with a piece said anew; None where something of it is still open."""
    calls = tuple(with_piece(one, missing, piece) for one in pending.calls)
    found = [resolved(one) for one in calls]
    return None if any(one is None or one.ask_back for one in found) else _meant(calls, pending)


_ENDS = re.compile(
    "(?:です|だよ|お願い(?:します)?|おねがい|ください|にして|が(?:いい|良い)|でいい|のやつ|の(?:ほう|方)|だけ|[をのでねよ]"
    "|[ ,]+(?:please|thanks|thank you|one|only))$",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"^(?:(?:yes|yeah|ok|okay|um|oh|i mean|i meant|just|only|please|make it|it's)\b[ ,]*"
    r"|the one in (?:the )?|in (?:the )?|the |(?:はい|うん|ええと|えっと|えーと|じゃあ?)、)",
    re.IGNORECASE,
)
_BLANKS_AND_COMMAS = " 、,"


def _pieces_of(text: str) -> tuple[str, ...]:
    """Return what may be the piece that was asked for: a short answer, and without one courtesy after the other.

    Of "the bedroom one, please" that ends with "bedroom", of 寝室のです with 寝室.
    """
    found = [text.strip(_MARKS)]
    while True:
        piece = _ENDS.sub("", found[-1]).strip(_BLANKS_AND_COMMAS)
        if piece == found[-1]:
            piece = _BEGINS.sub("", piece).strip(_BLANKS_AND_COMMAS)
        if not piece or piece == found[-1]:
            return tuple(found)
        found.append(piece)
