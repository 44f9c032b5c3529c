"""`sumika desk` in both languages, within 80 columns, and as JSON."""

import json
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner

from sumika.cli.desk import desk

YAML = """
version: 1
name: A house
language: {language}
rooms:
  - {{ id: living, name: 居間, floor_m: [[0, 0], [4, 0], [4, 4], [0, 4]] }}
devices:
  - {{ id: lamp, room: living, kind: light, name: 明かり }}
building: {{ site: {{ timezone: Asia/Tokyo }} }}
"""
PRICES = (
    "品名,対象,単位,単価\n照明,照明,台,12000\n" + "とても長い名前の工事一式でほかに書きようのないもの,門扉,式,5\n" * 3
)


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


@pytest.fixture(params=["en", "ja"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    path = tmp_path / "house.yaml"
    path.write_text(YAML.format(language=request.param), encoding="utf-8")
    (tmp_path / "prices.csv").write_text(PRICES, encoding="utf-8")
    return ["--house", str(path), "--data", str(tmp_path / "data")]


def call(*arguments: str) -> str:
    result = CliRunner().invoke(desk, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_from_a_price_list_to_an_approved_estimate(house: list[str], tmp_path: Path) -> None:
    prices = str(tmp_path / "prices.csv")
    output = call("run", "--paper", "estimate", "--date", "2026-11-28", "--read", prices, *house)
    output += call("list", *house) + call("verify", *house)
    output += call("approve", "estimate.2026-11-28", "--by", "Mari", "--note", "as agreed", *house)
    assert all(columns(line) <= 80 for line in output.splitlines())
    assert "Mari" in output
    listed = json.loads(call("list", "--json", *house))
    assert [(one["id"], one["status"]) for one in listed["papers"]] == [("estimate.2026-11-28", "approved")]
    again = json.loads(call("run", "--paper", "estimate", "--date", "2026-11-28", "--json", *house))
    assert [one["what"] for one in again["papers"]] == ["same"]
    checked = json.loads(call("verify", "--json", *house))
    assert (checked["faults"], checked["lines"]) == ([], 3)


def test_a_paper_is_shown_in_every_form(house: list[str], tmp_path: Path) -> None:
    call("run", "--paper", "handover", "--date", "2026-11-28", *house)
    name = "handover.2026-11-28"
    assert call("show", name, *house).startswith("# ")
    target = tmp_path / "paper.pdf"
    call("show", name, "--as", "pdf", "--output", str(target), *house)
    assert target.read_bytes().startswith(b"%PDF-")
    assert target.stat().st_mode & 0o077 == 0
    assert "<html" in call("show", name, "--as", "html", *house)
    assert json.loads(call("show", name, "--as", "json", *house))["id"] == name


def test_what_was_tampered_with_ends_in_an_error(house: list[str], tmp_path: Path) -> None:
    call("run", "--paper", "handover", "--date", "2026-11-28", *house)
    path = tmp_path / "data" / "desk" / "papers" / "handover.2026-11-28.json"
    path.write_bytes(path.read_bytes().replace(b"A house", b"No house"))
    result = CliRunner().invoke(desk, ["verify", *house])
    assert result.exit_code == 1
    assert "handover.2026-11-28" in result.output


def test_what_cannot_be_done_is_said(house: list[str]) -> None:
    for arguments, words in (
        (["run", "--paper", "poem"], "no paper 'poem'"),
        (["run", "--paper", "handover", "--date", "yesterday"], "no day"),
        (["run", "--date", "2026-13-01"], "no day"),
        (["run", "--date", "2026-11-28"], "what is due is due now"),
        (["approve", "nothing", "--by", "Mari"], "no paper 'nothing'"),
        # Which paper it is comes first: who decides is of no matter to one that there is not.
        (["approve", "nothing"], "no paper 'nothing'"),
        (["refuse", "nothing"], "no paper 'nothing'"),
        (["run", "--better-words"], "names no model"),
    ):
        result = CliRunner().invoke(desk, [*arguments, *house])
        assert words in str(result.exception), arguments


def test_a_paper_is_decided_by_somebody_who_is_named(house: list[str]) -> None:
    call("run", "--paper", "handover", "--date", "2026-11-28", *house)
    for decision in ("approve", "refuse"):
        result = CliRunner().invoke(desk, [decision, "handover.2026-11-28", *house])
        assert result.exit_code != 0
        assert "--by" in str(getattr(result.exception, "remedy", "")), result.exception


def test_the_desk_of_a_simulated_house_is_where_that_house_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMIKA_HOME", str(tmp_path / "home"))
    radar = "{ id: r, room: living, model: iwr6843isk, position_m: [0.1, 0.1, 1.8], source: { type: world } }"
    path = tmp_path / "house.yaml"
    path.write_text(YAML.format(language="en") + f"radars:\n  - {radar}\n", encoding="utf-8")
    call("list", "--house", str(path))
    assert len(list((tmp_path / "home").glob("demo-*/desk"))) == 1
    assert not (tmp_path / "home" / "house").exists()
