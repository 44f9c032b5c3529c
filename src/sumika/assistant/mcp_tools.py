"""What an outside agent may call: the house's tools, a free sentence, queries on the records. By itself it reads."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from sumika.assistant.calls import SPANS, STATISTICS, TOOLS
from sumika.assistant.mcp_records import QUERIES, RecordsError, run_query
from sumika.assistant.saying import cleaned
from sumika.facts import Book
from sumika.schema import SumikaError
from sumika.schema.house import House
from sumika.schema.talk import EVERYBODY, LONGEST_SENTENCE, TalkAnswer, TalkCall, TalkRequest, TalkRight

ASK, QUERY = "ask_house", "records_"
MOST_ARGUMENT_BYTES = 4096
LONGEST_PIECE = 200

Answers = Callable[[TalkRequest], TalkAnswer]

_READS = (TalkRight.HOUSE, TalkRight.FALLS, TalkRight.PLAN, TalkRight.RECORDS)
_ACTS = (TalkRight.WISH, TalkRight.CONTROL)
_ABOUT_SPANS: Mapping[str, str] = {
    "device": 'A device, as people call it: "bedroom light", 寝室の明かり.',
    "room": "A room, as people call it.",
    "resident": "Somebody who lives here, as people call them.",
    "number": 'How much, with its unit: "23 degrees", "40 %".',
    "duration": 'For how long: "2 hours".',
    "delay": 'In how long: "in ten minutes".',
    "time": 'An hour of the day: "7:30".',
    "period": 'Which days: "yesterday", "last week", 先月.',
    "colour": 'A colour of light: "warm white".',
}
assert tuple(_ABOUT_SPANS) == SPANS


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """One tool as it is offered.

    Attributes:
        name: Its name.
        about: What it does.
        schema: JSON Schema of its arguments.
        acts: Whether it asks the house to do something.
    """

    name: str
    about: str
    schema: dict[str, Any]
    acts: bool = False


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a call came to.

    Attributes:
        text: For the agent to read.
        told: The same with every row it rests on.
        is_error: Whether nothing came of it.
    """

    text: str
    told: dict[str, Any]
    is_error: bool = False


class Offer:
    """The tools that are offered, and what answers them."""

    def __init__(
        self, house: House, book: Book, answers: Answers, *, actions: bool = False, personal: bool = False
    ) -> None:
        """Offer a house's tools.

        Args:
            house: As described.
            book: Its records.
            answers: Answers what is said to the house.
            actions: Whether an agent may have something done.
            personal: Whether it may hear of nights, hearts and breath.
        """
        self.house, self._book, self._answers = house, book, answers
        self._personal = personal
        rights = (*_READS, *(_ACTS if actions else ()), *((TalkRight.VITALS,) if personal else ()))
        self._may = tuple(right.value for right in rights)
        self.tools: Mapping[str, Offered] = {
            one.name: one for one in (*_talking(actions=actions, personal=personal), *_queries(personal=personal))
        }

    def call(self, name: str, arguments: Mapping[str, Any]) -> Outcome:
        """Call a tool; never raises for what an agent sent.

        Args:
            name: Of the tool.
            arguments: Anything.
        """
        tool = self.tools.get(name)
        if tool is None:
            return _error(f"there is no tool {cleaned(name, 60)!r} here")
        problem = _problem(tool, arguments)
        if problem:
            return _error(problem)
        if name.startswith(QUERY):
            try:
                told = run_query(name.removeprefix(QUERY), self._book, self.house, arguments)
            except RecordsError as error:
                return _error(error.problem)
            return Outcome(text=json.dumps(told, ensure_ascii=False), told=told)
        return self._said(name, arguments)

    def _said(self, name: str, arguments: Mapping[str, Any]) -> Outcome:
        spans: dict[str, str] = {key: value for key, value in arguments.items() if key in SPANS}
        call = None
        if name != ASK:
            call = TalkCall(tool=name, what=arguments["what"], spans=spans, statistic=arguments.get("statistic", "now"))
        question = TalkRequest(
            text=arguments.get("text", ""),
            call=call,
            language=arguments.get("language", ""),
            conversation=f"mcp/{arguments.get('conversation', '')}" if arguments.get("conversation") else "",
            may=self._may,
            sees=(EVERYBODY,) if self._personal else (),
        )
        try:
            answer = self._answers(question)
        except SumikaError as error:
            return _error(str(error))
        return Outcome(text=answer.text, told=msgspec.to_builtins(answer), is_error=bool(answer.refused))

    def described(self) -> dict[str, Any]:
        """Return the house as an agent needs it: what there is and what it is called, and nothing of anybody's body."""
        house = self.house
        return {
            "name": house.name,
            "rooms": [{"id": one.id, "name": one.name, "called": list(one.called)} for one in house.rooms],
            "devices": [
                {"id": one.id, "room": one.room, "kind": one.kind, "name": one.name, "called": list(one.called)}
                for one in house.devices
            ],
            "sensors": [{"id": one.id, "room": one.room, "kind": one.kind} for one in house.sensors],
            "residents": [{"id": one.id, "name": one.name, "called": list(one.called)} for one in house.residents],
            "timezone": self._book.zone_name,
            "currency": self._book.currency,
        }


def _talking(*, actions: bool, personal: bool) -> list[Offered]:
    """Return the house's own tools; those that act and those that are personal only where they are allowed."""
    hidden = () if personal else ("known", "sleep", "vitals", "changes")
    found = [
        Offered(name=name, about=tool.about, schema=_schema(name), acts=tool.acts)
        for name, tool in TOOLS.items()
        if (actions or not tool.acts) and name not in hidden
    ]
    about = "Say or ask something in Japanese or English, as a person would. " + (
        "What it asks for is done through the safety gate." if actions else "It only answers: nothing is done."
    )
    text = {"type": "string", "minLength": 1, "maxLength": LONGEST_SENTENCE, "description": "The sentence."}
    properties = {"text": text, **_LANGUAGE, **_CONVERSATION}
    return [*found, Offered(name=ASK, about=about, schema=_object(properties, ("text",)), acts=actions)]


_LANGUAGE: dict[str, Any] = {"language": {"enum": ["en", "ja"], "description": "Of the answer."}}
_CONVERSATION: dict[str, Any] = {
    "conversation": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_-]{1,32}$",
        "description": "To answer what was asked back.",
    }
}


def _schema(name: str) -> dict[str, Any]:
    tool = TOOLS[name]
    properties: dict[str, Any] = {"what": {"enum": list(tool.what)}}
    for span in tool.spans:
        about = _ABOUT_SPANS[span]
        properties[span] = {"type": "string", "minLength": 1, "maxLength": LONGEST_PIECE, "description": about}
    if tool.statistic:
        properties["statistic"] = {"enum": list(STATISTICS), "default": "now"}
    return _object({**properties, **_LANGUAGE, **_CONVERSATION}, ("what",))


def _queries(*, personal: bool) -> list[Offered]:
    return [
        Offered(name=f"{QUERY}{name}", about=query.about, schema=_object(query.properties, query.needs))
        for name, query in QUERIES.items()
        if personal or not query.personal
    ]


def _object(properties: Mapping[str, Any], needs: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(needs), "additionalProperties": False}


def _problem(tool: Offered, arguments: Mapping[str, Any]) -> str:
    """Return why arguments do not fit; empty where they do."""
    import jsonschema  # slow to import, and needed by nobody who only lists tools

    if len(json.dumps(arguments, default=str)) > MOST_ARGUMENT_BYTES:
        return f"the arguments are too large: {MOST_ARGUMENT_BYTES} bytes at most"
    wrong = next(jsonschema.Draft202012Validator(tool.schema).iter_errors(dict(arguments)), None)
    if wrong is None:
        return ""
    return cleaned(f"{'/'.join(map(str, wrong.path)) or 'arguments'}: {wrong.message}", 300)


def _error(why: str) -> Outcome:
    return Outcome(text=why, told={"error": why}, is_error=True)
