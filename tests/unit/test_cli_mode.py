"""`sumika mode`: what it says and asks of the running house, and what it says where none runs."""

from typing import Any

import pytest
from click.testing import CliRunner

from sumika.cli import mode as module
from sumika.schema import SetModeAnswer, SetModeRequest, SuggestionsAnswer, SuggestionsRequest


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let a house answer; return what it was asked."""
    questions: list[Any] = []

    def answer(folder: object, name: str, question: Any) -> Any:
        questions.append(question)
        if isinstance(question, SuggestionsRequest):
            return SuggestionsAnswer(mode="shadow", language="en")
        return SetModeAnswer(
            accepted=question.resident != "nobody", mode=question.mode, language="ja", problem="no", problem_ja="いいえ"
        )

    monkeypatch.setattr(module, "running_house", lambda where, data: where)
    monkeypatch.setattr(module, "ask", answer)
    return questions


def test_the_mode_is_said_in_the_houses_language(asked: list[Any]) -> None:
    result = CliRunner().invoke(module.mode, [])
    assert result.exit_code == 0
    assert result.output.startswith("shadow: ")


def test_a_mode_is_chosen_by_name(asked: list[Any]) -> None:
    result = CliRunner().invoke(module.mode, ["drive", "--resident", "aoi"])
    assert result.output.startswith("おまかせ")
    assert asked == [SetModeRequest(mode="drive", resident="aoi")]


def test_what_is_no_mode_is_told_with_those_that_are(asked: list[Any]) -> None:
    result = CliRunner().invoke(module.mode, ["autopilot"])
    assert result.exit_code == 2
    assert "off" in result.output
    assert asked == []


def test_a_refusal_is_told_as_an_error(asked: list[Any]) -> None:
    result = CliRunner().invoke(module.mode, ["off", "--resident", "nobody"])
    assert result.exit_code == 1
    assert "いいえ" in str(result.exception)
