"""What the house asked back, and what a short answer to it makes of what was said before."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from sumika.assistant.calls import TOOLS, Call
from sumika.assistant.lexicon import plain
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
        "いいです",
        "そうです",
    }
)
NO = frozenset(
    {
        "no",
        "nope",
        "cancel",
        "never mind",
        "いいえ",
        "いや",
        "ちがう",
        "違う",
        "違います",
        "やめて",
        "キャンセル",
        "いらない",
    }
)


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
    """

    calls: tuple[Call, ...] = ()
    by: str = ""
    probability: float = 0.0
    ask_back: str = ""
    silent: bool = False


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
    """

    calls: tuple[Call, ...]
    missing: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    modes: dict[str, Call] = {}
    by: str = ""
    probability: float = 0.0
    said: str = ""


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

    Args:
        pending: What was asked.
        text: The answer.
        voice: Says that it is dropped.
        resolved: Tells what a call means here; None where the table does not have it.
    """
    key = plain(text.strip(_MARKS))
    if key in map(plain, NO):
        return Reply(sentences=(voice.sentence("talk.ask.dropped"),))
    for label, call in pending.modes.items():
        if plain(label) in key:
            return _meant((call,), pending)
    chosen = [stands for label, stands in pending.choices if plain(label) in key or key == plain(stands)]
    if key in map(plain, YES):
        if not pending.missing:
            return _meant(pending.calls, pending)
        chosen = [stands for _, stands in pending.choices] if len(pending.choices) == 1 else []
    if not pending.missing:
        return None
    piece = chosen[0] if len(chosen) == 1 else _piece_of(text)
    found = _completed(pending, pending.missing, piece, resolved)
    if found is None and pending.missing == "device":
        found = _completed(pending, "room", piece, resolved)  # "the bedroom one"
    return found


def _meant(calls: tuple[Call, ...], pending: Pending) -> Understood:
    return Understood(calls=calls, by=pending.by, probability=pending.probability)


def _completed(
    pending: Pending, missing: str, piece: str, resolved: Callable[[Call], Wanted | None]
) -> Understood | None:
    """Return what waited with a piece said anew; None where something of it is still open."""
    calls = tuple(with_piece(one, missing, piece) for one in pending.calls)
    found = [resolved(one) for one in calls]
    return None if any(one is None or one.ask_back for one in found) else _meant(calls, pending)


def _piece_of(text: str) -> str:
    """Return the piece that was asked for, out of a short answer: "the bedroom one, please", 寝室のです."""
    piece = text.strip(_MARKS)
    for end in ("です", "だよ", "お願いします", "お願い", "のやつ", "のほう", "の方", "を", "の", " please", " one"):
        piece = piece.removesuffix(end).strip(" 、,")
    for begin in ("the one in the ", "the one in ", "in the ", "in ", "the "):
        piece = piece.removeprefix(begin)
    return piece or text
