"""What each kind of chat endpoint calls its reasoning, its tokens and its end."""

from typing import Any

import msgspec
import pytest

from sumika.distil.teachers._fields import Assembly, BrokenError, ServerSaidError, Told, cut_reasoning, error_code
from sumika.distil.teachers._fields import error_text as said


def assembled(*deltas: dict[str, Any], usage: dict[str, Any] | None = None, finish: str = "stop") -> Told:
    assembly = Assembly()
    for delta in deltas:
        assembly.add(msgspec.json.encode({"model": "m-1", "choices": [{"index": 0, "delta": delta}]}))
    assembly.add(msgspec.json.encode({"model": "m-1", "choices": [{"delta": {}, "finish_reason": finish}]}))
    if usage is not None:
        assembly.add(msgspec.json.encode({"model": "m-1", "choices": [], "usage": usage}))
    return assembly.told()


THOUGHT = {"extra_content": {"google": {"thought": True}}}


@pytest.mark.parametrize(
    "deltas",
    [
        pytest.param([{"reasoning_content": "6 x "}, {"reasoning_content": "7"}, {"content": "42"}], id="DeepSeek"),
        pytest.param([{"reasoning": "6 x "}, {"reasoning": "7", "content": ""}, {"content": "42"}], id="Ollama, vLLM"),
        pytest.param([{"reasoning": "6 x 7", "reasoning_content": "6 x 7"}, {"content": "42"}], id="both names"),
        pytest.param(
            [{"reasoning_details": [{"type": "reasoning.text", "text": "6 x 7"}]}, {"content": "42"}], id="OpenRouter"
        ),
        pytest.param([{"content": "<think>6 x"}, {"content": " 7</th"}, {"content": "ink>\n42"}], id="tags"),
        pytest.param([{"content": "6 x 7</think>"}, {"content": "42"}], id="opening tag in the prompt"),
        pytest.param([{"content": "<thought>6 x 7</thought>42"}], id="Gemini, tags alone"),
        pytest.param(
            [{"content": "<thought>6 x", **THOUGHT}, {"content": " 7", **THOUGHT}, {"content": "</thought>42"}],
            id="Gemini, marked and with tags",
        ),
        pytest.param([{"content": "6 x 7", **THOUGHT}, {"content": "42"}], id="Gemini, marked"),
    ],
)
def test_the_reasoning_of_every_kind_is_told_from_the_answer(deltas: list[dict[str, Any]]) -> None:
    told = assembled(*deltas)
    assert (told.reasoning, told.answer, told.finish, told.model) == ("6 x 7", "42", "stop", "m-1")


def test_hidden_reasoning_is_no_text_but_is_counted() -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 100, "completion_tokens_details": {"reasoning_tokens": 90}}
    told = assembled({"content": "42"}, usage=usage)
    assert (told.reasoning, told.reasoning_tokens, told.answer_tokens, told.prompt_tokens) == ("", 90, 10, 5)


@pytest.mark.parametrize("details", [True, 7, "6 x 7", {"text": "6 x 7"}, [None, {"text": 7}]])
def test_details_of_another_form_are_no_reasoning(details: object) -> None:
    told = assembled({"reasoning_details": details, "content": "42"})
    assert (told.reasoning, told.answer) == ("", "42")


def test_a_placeholder_is_no_reasoning() -> None:
    told = assembled({"reasoning_content": "Thinking... "}, {"reasoning_content": "Thinking... "}, {"content": "42"})
    assert (told.reasoning, told.answer) == ("", "42")


def test_an_answer_about_thinking_stays_whole() -> None:
    told = assembled({"reasoning": "a < b"}, {"content": "Write <think> first."})
    assert (told.reasoning, told.answer) == ("a < b", "Write <think> first.")
    assert cut_reasoning("Write <think> first.") == ("", "Write <think> first.")


def test_what_is_cut_off_while_thinking_has_no_answer() -> None:
    told = assembled({"content": "<think>6 x 7 is"}, finish="length")
    assert (told.reasoning, told.answer, told.finish) == ("6 x 7 is", "", "length")


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        # within completion_tokens: OpenAI, DeepSeek
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 50,
                "total_tokens": 60,
                "completion_tokens_details": {"reasoning_tokens": 40},
            },
            (10, 40, 10),
        ),
        # beside them: xAI; the figures of a published answer of grok-3-mini
        (
            {
                "prompt_tokens": 12,
                "completion_tokens": 1,
                "total_tokens": 399,
                "completion_tokens_details": {"reasoning_tokens": 386},
            },
            (12, 386, 1),
        ),
        # beside them and not named: Gemini
        ({"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 110}, (7, 100, 3)),
        # shown but not counted apart: shared out by length, 5 characters to 2
        ({"prompt_tokens": 7, "completion_tokens": 14, "total_tokens": 21}, (7, 10, 4)),
        ({"prompt_tokens": 7, "completion_tokens": 14, "completion_tokens_details": None}, (7, 10, 4)),
        ({}, (-1, 0, 0)),
        ({"prompt_tokens": 7, "completion_tokens": "many"}, (-1, 0, 0)),
    ],
)
def test_everything_that_is_billed_is_counted(usage: dict[str, Any], tokens: tuple[int, int, int]) -> None:
    told = assembled({"reasoning": "6 x 7"}, {"content": "42"}, usage=usage)
    assert (told.prompt_tokens, told.reasoning_tokens, told.answer_tokens) == tokens


def test_a_response_that_was_not_streamed_reads_the_same() -> None:
    assembly = Assembly()
    message = {"role": "assistant", "content": "42", "reasoning_content": "6 x 7"}
    assembly.add(
        msgspec.json.encode(
            {
                "model": "m-2",
                "choices": [{"message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 7},
            }
        )
    )
    told = assembly.told()
    assert (told.reasoning, told.answer, told.model, told.reasoning_tokens) == ("6 x 7", "42", "m-2", 5)


@pytest.mark.parametrize(
    "data", ["{", "[1]", '{"choices": 3}', '{"choices": ["x"]}', b"\xff\xfe", '{"choices":[{"delta":[1]}]}']
)
def test_what_is_no_completion_is_broken(data: str | bytes) -> None:
    with pytest.raises(BrokenError):
        Assembly().add(data)


def test_a_stream_without_an_end_is_broken_and_one_with_an_error_says_so() -> None:
    assembly = Assembly()
    assembly.add('{"choices":[{"delta":{"content":"4"}}]}')
    with pytest.raises(BrokenError, match="ended before the answer"):
        assembly.told()
    with pytest.raises(ServerSaidError, match="overloaded"):
        assembly.add('{"error":{"message":"overloaded","code":503}}')


def test_error_bodies_of_several_shapes_are_one_short_line() -> None:
    assert said({"error": {"message": "no\n  such model", "code": "model_not_found"}}) == "no such model"
    assert said({"detail": "Not Found"}) == "Not Found"
    assert said({"error": "busy"}) == "busy"
    assert said("<html>") == "<html>"
    assert len(said({"error": {"message": "x" * 1000}})) == 300
    assert error_code({"error": {"code": "insufficient_quota"}}) == "insufficient_quota"
    assert error_code({"error": {"code": None, "type": "invalid_request_error"}}) == "invalid_request_error"
    assert error_code("x") == ""
