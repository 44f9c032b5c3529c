"""The builder's desk: what is counted and priced adds up to the yen, and what has no price is named and not guessed."""

import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Polygon

import sumika.desk.queue
from sumika.desk import Desk, Paper, Status
from sumika.desk.packs import Order
from sumika.schema.desk_settings import DeskSettings
from sumika.schema.house import House
from tests.desk_helpers import HOUSE, NOON_S, SQUARE

AREA_M2 = round(Polygon(SQUARE).area, 2) * 2


@pytest.fixture(autouse=True)
def _no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sumika.desk.queue, "FORMS", ())


def written(folder: Path, kind: str, files: dict[str, str], language: str = "ja", house: House = HOUSE) -> Paper:
    folder.mkdir(exist_ok=True)
    with Desk(folder, house, folder / "house.yaml", now=lambda: NOON_S) as desk:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
            assert desk.take_file(folder / name).what in ("read", "known")
        paper = desk.write(Order(kind=kind), language).paper
    assert paper is not None
    return paper


def amounts(paper: Paper) -> list[list[str]]:
    table = next(section.table for section in paper.sections if section.table is not None)
    return [[cell.text for cell in row] for row in table.rows]


def sentences(paper: Paper) -> str:
    return "\n".join(statement.text for section in paper.sections for statement in section.statements)


def test_an_estimate_counts_what_the_house_has_at_the_prices_of_the_list(tmp_path: Path) -> None:
    lines = ("エアコン,エアコン,台,98000", "照明,照明,台,12000", "クリーニング,床面積,m²,350.5", "設計費,一式,式,50000")
    prices = "\n".join(("品名,対象,単位,単価", *lines))
    paper = written(tmp_path, "estimate", {"prices.csv": prices})

    floor = math.floor(AREA_M2 * 350.5)
    subtotal = 98_000 + 24_000 + floor + 50_000
    assert [row[4] for row in amounts(paper)] == ["98,000", "24,000", "50,000", f"{floor:,}"]
    said = sentences(paper)
    assert f"小計（税抜）: {subtotal:,}円" in said
    assert f"消費税（10 %）: {math.floor(subtotal * 0.1):,}円" in said
    assert f"合計（税込）: {subtotal + math.floor(subtotal * 0.1):,}円" in said
    assert paper.status is Status.VERIFIED
    assert {look.detail for look in paper.looks if look.what == "no_price"} == {
        "レーダー iwr6843isk × 1",
        "空気 × 1",
        "電力量計 × 1",
    }


@given(
    unit=st.decimals(min_value=0, max_value=999_999, places=2),
    lump=st.integers(min_value=0, max_value=9_999_999),
)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_line_and_the_tax_are_cut_off_to_the_yen_below(tmp_path: Path, unit: float, lump: int) -> None:
    prices = f"品名,対象,単位,単価\n照明,照明,台,{unit}\n清掃,床面積,m²,{unit}\n設計費,一式,式,{lump}\n"
    folder = tmp_path / f"{unit}-{lump}"
    paper = written(folder, "estimate", {"prices.csv": prices})

    hundredths = round(unit * 100)  # whole numbers: what is right is worked out without a point
    lines = [2 * hundredths // 100, round(AREA_M2 * 100) * hundredths // 10_000, lump]
    subtotal = sum(lines)
    assert sorted(int(row[4].replace(",", "")) for row in amounts(paper)) == sorted(lines)
    assert f"合計（税込）: {subtotal + subtotal // 10:,}円" in sentences(paper)
    assert paper.status is Status.VERIFIED


def test_two_prices_of_one_thing_and_prices_that_are_none_are_told(tmp_path: Path) -> None:
    prices = "品名,対象,単価\n照明,照明,12000\n照明,照明,15000\nエアコン,エアコン,要相談\n門扉,門扉,30000\n"
    paper = written(tmp_path, "estimate", {"prices.csv": prices})

    found = {look.what: look.detail for look in paper.looks}
    assert "12,000" in found["two_prices"]
    assert "15,000" in found["two_prices"]
    assert "要相談" in found["field"]
    assert found["not_in_house"] == "門扉"
    assert [row[4] for row in amounts(paper)] == ["24,000"]


def test_without_a_price_list_there_is_no_estimate(tmp_path: Path) -> None:
    with Desk(tmp_path, HOUSE, tmp_path / "house.yaml", now=lambda: NOON_S) as desk:
        assert desk.write(Order(kind="estimate")).what == "nothing"


def test_ones_own_rules_change_the_rate_of_tax_and_the_paper_says_so(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "rules.yaml").write_text("estimate: { numbers: { tax_share: 0.08 } }\n")
    house = msgspec.structs.replace(HOUSE, desk=DeskSettings(templates="own"))
    paper = written(tmp_path, "estimate", {"prices.csv": "品名,対象,単価\n照明,照明,1000\n"}, house=house)

    assert "消費税（8 %）: 160円" in sentences(paper)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_hand_over_record_has_rooms_equipment_checks_keys_and_places_to_sign(tmp_path: Path, language: str) -> None:
    files = {
        "checks.csv": "検査項目,結果,測定値,担当\nエアコン試運転,良,風量 4,Mori\n気密測定,否,C値 3.2,Mori\n",
        "keys.csv": "鍵,本数,引渡先\n玄関,3,花子\n",
    }
    paper = written(tmp_path, "handover", files, language)

    jo, tsubo = 3.64 * 3.64 / 1.62, 3.64 * 3.64 / (400 / 121)
    assert amounts(paper)[0][2:5] == ["13.25", f"{jo:.1f}", f"{tsubo:.2f}"]
    said = sentences(paper)
    for words in ("26.50 m²", "エアコン試運転", "気密測定", "玄関", "4,000 W", "0.87 W/(m²K)"):
        assert words in said
    assert [look.detail for look in paper.looks] == ["気密測定"]
    assert paper.status is Status.VERIFIED


def test_what_a_hand_over_record_lacks_is_told(tmp_path: Path) -> None:
    paper = written(tmp_path, "handover", {}, "en")

    assert [look.what for look in paper.looks] == ["missing", "missing"]
    assert "No commissioning record was handed in." in sentences(paper)
