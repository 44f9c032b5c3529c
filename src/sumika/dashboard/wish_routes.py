"""What residents ask of the house: the mode, devices, warmth, votes, yes and no, and what a wish would cost."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sumika.dashboard.operations import Call, Operation, get, post
from sumika.dashboard.parts import Parts
from sumika.dashboard.roles import Right
from sumika.schema import (
    AnswerSuggestionAnswer,
    AnswerSuggestionRequest,
    LoadMachineAnswer,
    LoadMachineRequest,
    MoodAnswer,
    MoodRequest,
    SavedAnswer,
    SavedRequest,
    SetComfortWishAnswer,
    SetComfortWishRequest,
    SetModeAnswer,
    SetModeRequest,
    SuggestionsAnswer,
    SuggestionsRequest,
    VoteAnswer,
    VoteRequest,
    WhatIfAnswer,
    WhatIfRequest,
    WishDeviceAnswer,
    WishDeviceRequest,
)

Id = Annotated[str, Meta(min_length=1, max_length=64)]


class ModeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the house may go: off, shadow, suggest or drive."""

    mode: Annotated[str, Meta(max_length=20)]


class WishBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device, one of its settings, and what that is to be."""

    device: Id
    action: Id
    value: float
    why: Annotated[str, Meta(max_length=200)] = ""


class VoteBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it feels in a room, from -3 (cold) to 3 (hot)."""

    room: Id
    sensation: Annotated[float, Meta(ge=-3, le=3)]


class MoodBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one is, from -2 (bad) to 2 (good)."""

    pleasant: Annotated[float, Meta(ge=-2, le=2)]


class ComfortBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much warmer a room is to be, or how warm, and for how long; neither: as the house thinks.

    Attributes:
        room: Where.
        offset_k: By so much warmer.
        temperature_c: Or so warm.
        hours: For so long; null: until it is taken back.
    """

    room: Id
    offset_k: Annotated[float, Meta(ge=-5, le=5)] | None = None
    temperature_c: Annotated[float, Meta(ge=10, le=32)] | None = None
    hours: Annotated[float, Meta(gt=0, le=8760)] | None = None


class WhatIfBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a room that is so much warmer for so long would cost."""

    room: Id
    offset_k: Annotated[float, Meta(ge=-5, le=5)]
    hours: Annotated[float, Meta(gt=0, le=48)] = 12.0


class YesOrNo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer to a suggestion."""

    yes: bool


class MachineBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a machine is loaded, and by which hour of the day it is to be done."""

    waiting: bool = True
    done_by_h: Annotated[float, Meta(ge=0, le=24)] | None = None


class SuggestionsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Whether what is no longer open is wanted too."""

    answered: bool = False


class SavedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of how many past days."""

    days: Annotated[float, Meta(ge=1, le=400)] = 30.0


class _Wishes:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def _ask(self, name: str, question: msgspec.Struct) -> Any:
        return self._parts.asked(name, question)

    def mode(self, call: Call) -> SetModeAnswer:
        by = call.who.resident or call.who.name
        answer: SetModeAnswer = self._ask("set_mode", SetModeRequest(mode=call.body.mode, resident=by))
        return answer

    def wish(self, call: Call) -> WishDeviceAnswer:
        body: WishBody = call.body
        question = WishDeviceRequest(
            device=body.device, action=body.action, value=body.value, resident=call.who.resident, why=body.why
        )
        answer: WishDeviceAnswer = self._ask("wish_device", question)
        return answer

    def vote(self, call: Call) -> VoteAnswer:
        body: VoteBody = call.body
        question = VoteRequest(room=body.room, sensation=body.sensation, resident=call.who.resident)
        answer: VoteAnswer = self._ask("vote", question)
        return answer

    def mood(self, call: Call) -> MoodAnswer:
        answer: MoodAnswer = self._ask(
            "tell_mood", MoodRequest(pleasant=call.body.pleasant, resident=call.who.resident)
        )
        return answer

    def comfort(self, call: Call) -> SetComfortWishAnswer:
        body: ComfortBody = call.body
        question = SetComfortWishRequest(
            room=body.room,
            offset_k=body.offset_k,
            temperature_c=body.temperature_c,
            hours=body.hours,
            resident=call.who.resident,
        )
        answer: SetComfortWishAnswer = self._ask("set_comfort_wish", question)
        return answer

    def what_if(self, call: Call) -> WhatIfAnswer:
        body: WhatIfBody = call.body
        answer: WhatIfAnswer = self._ask(
            "what_if", WhatIfRequest(room=body.room, offset_k=body.offset_k, hours=body.hours)
        )
        return answer

    def suggestions(self, call: Call) -> SuggestionsAnswer:
        answer: SuggestionsAnswer = self._ask("suggestions", SuggestionsRequest(answered=call.query.answered))
        return answer

    def answer(self, call: Call) -> AnswerSuggestionAnswer:
        question = AnswerSuggestionRequest(
            suggestion=call.path["id"][:64], yes=call.body.yes, resident=call.who.resident
        )
        answer: AnswerSuggestionAnswer = self._ask("answer_suggestion", question)
        return answer

    def machine(self, call: Call) -> LoadMachineAnswer:
        question = LoadMachineRequest(
            device=call.path["device"][:64],
            waiting=call.body.waiting,
            done_by_h=call.body.done_by_h,
            resident=call.who.resident,
        )
        answer: LoadMachineAnswer = self._ask("load_machine", question)
        return answer

    def saved(self, call: Call) -> SavedAnswer:
        answer: SavedAnswer = self._ask("saved", SavedRequest(days=call.query.days))
        return answer


def wish_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    do = _Wishes(parts)
    control = Right.CONTROL
    return (
        post("/api/mode", do.mode, "Change how far the house may go.", SetModeAnswer, control, ModeBody),
        post("/api/wish", do.wish, "Set a device by hand.", WishDeviceAnswer, control, WishBody),
        post("/api/vote", do.vote, "Say how it feels.", VoteAnswer, Right.WISH, VoteBody),
        post("/api/mood", do.mood, "Say how one is.", MoodAnswer, Right.WISH, MoodBody),
        post("/api/comfort", do.comfort, "Wish a room warmer.", SetComfortWishAnswer, Right.WISH, ComfortBody),
        post("/api/what-if", do.what_if, "What a wish would cost.", WhatIfAnswer, Right.PLAN, WhatIfBody),
        get(
            "/api/suggestions", do.suggestions, "What the plan suggests.", SuggestionsAnswer, control, SuggestionsQuery
        ),
        post("/api/suggestions/{id}", do.answer, "Say yes or no to one.", AnswerSuggestionAnswer, control, YesOrNo),
        post(
            "/api/machines/{device}", do.machine, "Say that a machine waits.", LoadMachineAnswer, control, MachineBody
        ),
        get("/api/saved", do.saved, "What was saved.", SavedAnswer, Right.PLAN, SavedQuery),
    )
