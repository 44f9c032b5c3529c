"""What the house asked back, and what a short answer to it makes of what was said before."""

from typing import Protocol

import msgspec

from sumika.assistant.calls import Call
from sumika.assistant.saying import Reply, Voice

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


def piece_of(text: str) -> str:
    """Return the piece that was asked for, out of a short answer: "the bedroom one, please", 寝室のです."""
    piece = text.strip(" 。.!！?？、,")
    for end in ("です", "だよ", "お願いします", "お願い", "のやつ", "のほう", "の方", "を", "の", " please", " one"):
        piece = piece.removesuffix(end).strip(" 、,")
    for begin in ("the one in the ", "the one in ", "in the ", "in ", "the "):
        piece = piece.removeprefix(begin)
    return piece or text


def with_piece(call: Call, name: str, piece: str) -> Call:
    """Return a call with a piece of it said anew."""
    return msgspec.structs.replace(call, spans={**call.spans, name: piece})


def missing_in(key: str) -> str:
    """Return which piece a question asks for."""
    last = key.rpartition("_")[2].rstrip("s")
    return {"there": "room", "storey": "room", "cannot": "device", "ask_back.cannot": "device"}.get(last, last)


def missing_of(reply: Reply, voice: Voice, call: Call) -> str:
    """Return which piece a question of ours asks for, by its words."""
    text = reply.sentences[-1].text if reply.sentences else ""
    if text == voice.sentence("talk.ask.heat_or_cool").text:
        return "mode"
    return "device" if text == voice.sentence("talk.ask.device").text else "room"
