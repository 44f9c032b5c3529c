"""What is wrong with a house is told in Japanese too, whatever `sumika.config` finds on the floor plan."""

import ast
import re
from pathlib import Path

import pytest

import sumika.config._building as building
import sumika.config._meaning as meaning
from sumika.config import ConfigError, parse_house
from sumika.dashboard.house_file import fault
from sumika.dashboard.house_words import in_japanese
from sumika.sensors import MODELS

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
LOST = "id: r, room: a, model: a121, position_m: [9, 1, 1], yaw_deg: 0, source: { type: demo }"
SQUARE = "[[0, 0], [4, 0], [4, 3], [0, 3]]"


def _sentences(module: object) -> list[str]:
    """Return all that a module says is wrong, with something in every place."""
    found = []
    for node in ast.walk(ast.parse(Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8"))):
        names = [getattr(one, "id", "") for one in node.targets] if isinstance(node, ast.Assign) else []
        if "text" in names or (isinstance(node, ast.keyword) and node.arg == "text"):
            assert isinstance(node, ast.Assign | ast.keyword)
            found.append(_sentence(node.value))
    return [one for one in found if one]


def _sentence(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_sentence(part) if isinstance(part, ast.Constant) else "1.5" for part in parts)
    return ""


def test_whatever_is_found_wrong_on_the_plan_has_its_japanese() -> None:
    said = [*_sentences(meaning), *_sentences(building)]
    assert len(said) > 25
    assert [text for text in said if not JAPANESE.search(in_japanese(text, "house.wrong."))] == []


@pytest.mark.parametrize(
    ("described", "told"),
    [
        ("rooms: [{ id: a, floor_m: [[0, 0], [4, 3], [4, 0], [0, 3]] }]", "部屋の輪郭が (2.00, 1.50) で交差しています"),
        (
            f"rooms: [{{ id: a, floor_m: {SQUARE} }}, {{ id: b, floor_m: [[3, 0], [5, 0], [5, 3], [3, 3]] }}]",
            "部屋「a」と「b」が重なっています（今の値：3.00 m² 重複（x 3.00〜4.00、y 0.00〜3.00））",
        ),
        (f"rooms: [{{ id: a, floor_m: {SQUARE}, height_m: 99 }}]", "使える範囲を外れています（今の値：99）"),
        (
            f"rooms: [{{ id: a, floor_m: {SQUARE} }}]\nradars: [{{ {LOST} }}]",
            "レーダーが家の外にあります（いちばん近い部屋「a」から 5.00 m）",
        ),
    ],
)
def test_it_is_told_as_it_is(described: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_house(described, models=MODELS)
    (problem,) = map(fault, error.value.problems)
    assert problem.problem_ja.startswith(told)
    assert not re.search(r"[a-z]{3}", problem.remedy_ja.replace("floor", ""))
    assert JAPANESE.search(problem.remedy_ja)


def test_what_is_not_known_stays_as_it_is() -> None:
    assert in_japanese("something else", "house.wrong.") == "something else"
