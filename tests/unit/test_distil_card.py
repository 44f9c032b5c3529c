"""A card leaves nothing out: lineage, terms, intervals, the whole bill, and what it was predicted to be."""

from pathlib import Path

import msgspec
import pytest

from sumika.distil.card.records import Card, Evaluation, Export, Licensed, Teacher
from sumika.distil.card.render import NOT_STATED, as_markdown, read_card, write_card
from sumika.distil.compare import Interval
from sumika.distil.ledger.ledger import Ledger, Role
from sumika.distil.ledger.prices import load_prices
from sumika.distil.ledger.quote import PredictedActual
from sumika.distil.records import Spent
from sumika.distil.sign import SignatureError, load_or_make_key, public_key_of, sign_folder, verify_folder

PRICES = load_prices()


@pytest.fixture
def card(tmp_path: Path) -> Card:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for stage, role, usd in (("teach", Role.TRACING, 12.5), ("train", Role.STUDENT, 0.25)):
        with ledger.stage(run_id="r", stage=stage, key=stage, role=role, prices=PRICES) as meter:
            meter.add(Spent(money_usd=usd, flops=1e12))
    return Card(
        name="reason-tiny",
        summary="Solves small problems.",
        summary_ja="小さな問題を解く。",
        purposes=("arithmetic",),
        not_for=("anything a life depends on",),
        parameters=123_456,
        licence="Apache-2.0",
        data=(Licensed(name="pool | made here", licence="CC0-1.0", examples=1000), Licensed(name="found")),
        teachers=(Teacher(name="big", version="sha:1", traces=1000, dates=("2026-01-02",) * 2, terms="own"),),
        evaluations=(
            Evaluation(
                name="maths", examples=500, scores={"student": Interval(value=0.912, low=0.88, high=0.93)}, note="exact"
            ),
            Evaluation(name="coding", examples=50, scores={"teacher": Interval(value=0.5, low=0.4, high=0.6)}),
        ),
        exports=(Export(format="c", size_bytes=155_000, latency_s=41e-6, latency_on="x86", loss_points=0.1),),
        bill=ledger.summary(),
        predicted=(
            PredictedActual(
                stage="train",
                predicted=Spent(wall_s=90, cpu_s=100),
                actual=Spent(wall_s=100, cpu_s=100),
                predicted_usd=1.0,
                actual_usd=1.0,
            ),
        ),
        command="sumika distil run reason-tiny.yaml",
        files={"model.onnx": "ab" * 32},
    )


def test_everything_a_reader_must_know_is_on_it(card: Card) -> None:
    text = as_markdown(card)
    for word in (
        "not for（用途外）",
        "小さな問題",
        "anything a life depends on",
        "91.2 [88.0, 93.0]",
        "CC0-1.0",
        "2026-01-02",
        "0.041 (x86)",
        "student alone",
        "12.75",
        "1 $ = ¥153.68",
        "off by at most 10 %",
        "sumika distil run reason-tiny.yaml",
        "ab" * 32,
    ):
        assert word in text


def test_an_unknown_licence_is_said_and_names_cannot_break_the_table(card: Card) -> None:
    lines = as_markdown(card).splitlines()
    assert NOT_STATED in next(line for line in lines if line.startswith("| found"))
    assert "pool \\| made here" in next(line for line in lines if "made here" in line)
    harmful = msgspec.structs.replace(card, name="a\n# b <script>")
    assert "<script>" not in as_markdown(harmful)
    assert as_markdown(harmful).startswith("# a # b")


def test_every_row_of_every_table_has_as_many_cells_as_its_heading(card: Card) -> None:
    columns = 0
    for line in as_markdown(card).replace("\\|", "").splitlines():
        if not line.startswith("|"):
            columns = 0
        elif columns:
            assert line.count("|") == columns, line
        else:
            columns = line.count("|")


def test_a_card_is_read_back_and_covered_by_the_signature(card: Card, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    write_card(folder, card)
    assert read_card(folder) == card
    key = load_or_make_key(tmp_path / "key.pem")
    assert set(sign_folder(folder, key).files) == {"README.md", "card.json"}
    write_card(folder, msgspec.structs.replace(card, parameters=1))
    with pytest.raises(SignatureError, match="changed"):
        verify_folder(folder, public_key_of(key))
