"""`sumika distil` with a recipe and a teacher of one's own, from the first file to the verified model."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from sumika.cli import _distil_progress
from sumika.cli._distil_progress import ProgressWatcher
from sumika.cli.main import main
from sumika.distil import language_finish, language_quote
from sumika.distil.forecast import Forecast
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.prices import load_prices
from sumika.distil.ledger.quote import Quote, StageEstimate
from sumika.distil.records import Spent
from sumika.distil.runs import all_runs
from sumika.distil.sign import load_or_make_key
from sumika.distil.store import Store
from tests.distil_works_helpers import ADDS, asked_of_program, program_recipe

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
BREAKABLE = ADDS.replace("import json, sys", "import json, os, sys").replace(
    "    left, _, right", '    assert not os.path.exists(__file__ + ".broken"), "out of order"\n    left, _, right'
)


class Said(NamedTuple):
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


Sumika = Callable[..., Said]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quotes measure for a moment only."""
    monkeypatch.setattr(language_quote, "SECONDS", 0.02)
    monkeypatch.setattr(language_finish, "TIMED_ANSWERS", 2)


@pytest.fixture
def sumika(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, place: Path) -> Sumika:
    """The command line in this process, over the store of this file, with a key of its own."""
    monkeypatch.setenv("SUMIKA_STORE", str(place / "store"))
    monkeypatch.setattr("sumika.distil.sign.default_key_path", lambda: place / "key")
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["sumika", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, out, err)

    return call


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a teacher and recipes."""
    folder = tmp_path_factory.mktemp("place")
    load_or_make_key(folder / "key")
    student = "{width: 32, layers: 1, hidden: 64}"  # the least that GGUF holds in 8 bits
    (folder / "mine.yaml").write_text(program_recipe(folder, program=BREAKABLE, student=student))
    (folder / "other.yaml").write_text(program_recipe(folder, program=BREAKABLE, name="other", compare="[]"))
    (folder / "forbidden.yaml").write_text(
        program_recipe(folder, program=BREAKABLE, name="forbidden", purpose="compete").replace(
            "adder,", "adder, terms: openai,"
        )
    )
    (folder / "empty.jsonl").touch()
    empty = program_recipe(folder, program=BREAKABLE, name="empty").replace("pool.jsonl", "empty.jsonl")
    (folder / "empty.yaml").write_text(empty)
    (folder / "slip.yaml").write_text((folder / "mine.yaml").read_text().replace("teach:", "teech:"))
    (folder / "broken.yaml").write_text("name: [")
    return folder


@pytest.fixture(scope="module")
def models(place: Path) -> dict[str, Path]:
    """Folders of the finished models, by recipe; filled by `finished`."""
    return {}


@pytest.fixture
def finished(sumika: Sumika, place: Path, models: dict[str, Path]) -> dict[str, Path]:
    """Both recipes run, once for this file: the first breaks off in the middle and is taken up again."""
    if not models:
        models["broken off"] = place / "teacher.py.broken"
        models["broken off"].touch()
        said = sumika("distil", "run", place / "mine.yaml", "--into", place / "mine")
        assert said.code == 1
        assert said.err.splitlines()[-1].startswith("sumika: adder: the program failed 1 times")
        assert "out of order" in said.err
        assert "Traceback" not in said.err
        models["broken off"].unlink()
        said = sumika("distil", "resume", "sums")
        assert said.code == 0, said.err
        assert "Going on with" in said.err
        assert "pool: in the store already" in said.err
        (place / "said").write_text(said.out)
        said = sumika(
            "distil", "run", place / "other.yaml", "--into", place / "other", "--seed", "5", "--without", "quality"
        )
        assert said.code == 0, said.err
        models |= {"mine": place / "mine", "other": place / "other"}
    return models


COMMANDS = (
    "recipes",
    "demo",
    "run",
    "quote",
    "resume",
    "ledger",
    "card",
    "compare",
    "export",
    "serve",
    "sign",
    "verify",
)


def test_the_help_lists_every_command(sumika: Sumika) -> None:
    said = sumika("distil", "--help")
    assert said.code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in said.out


def test_the_recipes_that_ship_are_listed_with_what_they_are_for(sumika: Sumika) -> None:
    said = sumika("distil", "recipes")
    assert said.code == 0
    lines = {line.split()[0]: line.partition(" ")[2].strip() for line in said.out.splitlines()}
    assert {"reason-demo", "reason-tiny", "s1-7b"} <= set(lines)
    assert all(lines.values())


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["run", "nothing"], 2, "no recipe 'nothing'"),
        (["run", "PLACE/absent.yaml"], 2, "absent.yaml: there is no such file"),
        (
            ["run", "PLACE/slip.yaml"],
            2,
            "slip.yaml:6: the recipe: has an unknown field `teech`. Did you mean 'teach'?",
        ),
        (["run", "PLACE/broken.yaml"], 2, "no YAML"),
        (["run", "PLACE/pool.jsonl"], 2, "pool.jsonl"),
        (["run", "PLACE/empty.yaml"], 1, "empty.jsonl: the file is empty"),
        (["run", "PLACE/forbidden.yaml"], 2, "the terms 'openai' do not allow the purpose 'compete'. They say:"),
        (["run", "PLACE/mine.yaml", "--without", "luck"], 2, "'luck' is not one of"),
        (["run", "PLACE/mine.yaml", "--prices", "PLACE/nothing"], 2, "nothing"),
        (["quote", "nothing"], 2, "no recipe 'nothing'"),
        (["quote", "s1-7b", "--measured", "PLACE/broken.yaml"], 1, "no list of measured utilisations"),
        (["resume", "nothing"], 2, "no unfinished run"),
        (["ledger", "nothing"], 2, "no run"),
        (["card", "nothing"], 2, "no finished run"),
        (["card", "PLACE"], 2, "this is no finished model: it has no card"),
        (["compare", "PLACE"], 2, "no card"),
        (["export", "PLACE", "gguf", "PLACE/out"], 2, "no card"),
        (["export", "PLACE", "pickle", "PLACE/out"], 2, "'pickle' is not one of"),
        (["verify", "PLACE"], 1, "sumika: "),
        (["verify", "PLACE/nothing"], 1, "nothing"),
        (["sign", "PLACE/nothing"], 1, "nothing"),
    ],
)
def test_what_is_wrong_is_one_clear_line(
    sumika: Sumika, place: Path, arguments: list[str], code: int, says: str
) -> None:
    said = sumika("distil", *(one.replace("PLACE", str(place)) for one in arguments))
    assert said.code == code, said.err
    assert says.replace("PLACE", str(place)) in said.err
    assert "Traceback" not in said.err
    assert "should not have happened" not in said.err
    assert said.out == ""


def test_a_store_that_is_no_folder_is_told(sumika: Sumika, place: Path) -> None:
    said = sumika("distil", "run", place / "mine.yaml", "--store", place / "mine.yaml")
    assert said.code == 2
    assert "mine.yaml" in said.err


def test_a_run_that_broke_off_was_taken_up_and_asked_nothing_twice(
    sumika: Sumika, place: Path, finished: dict[str, Path]
) -> None:
    out = (place / "said").read_text()
    assert max(map(len, out.splitlines()[:-1])) <= 80
    assert "answers (n=10)" in out
    assert f"The model, its card and its bill: {finished['mine']}" in out
    asked = asked_of_program(place)
    assert len(asked) - len(set(asked)) <= 1, "only the question that it died on was asked again"
    runs = {run.recipe_name: run for run in all_runs(Store(place / "store")) if run.finished}
    assert runs["sums"].command.startswith("sumika distil run")
    assert (runs["other"].recipe["seed"], runs["other"].recipe["choose"]["without"]) == (5, ["difficulty", "quality"])


def test_a_slip_in_the_prices_leaves_no_run_behind(sumika: Sumika, place: Path, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "store")
    assert sumika("distil", "run", place / "mine.yaml", "--prices", place / "nothing", *store).code == 2
    assert sumika("distil", "resume", *store).err.startswith(f"sumika: {tmp_path / 'store'}: no unfinished run yet")


def test_a_quote_comes_before_anything_is_asked(sumika: Sumika, place: Path, tmp_path: Path) -> None:
    said = sumika("distil", "quote", place / "mine.yaml", "--store", tmp_path / "store", "--json")
    assert said.code == 0, said.err
    stages = [one["stage"] for one in json.loads(said.out)["stages"]]
    assert "student" in stages
    assert "evaluate student" in stages
    assert not (tmp_path / "store" / "journals").exists()
    assert all_runs(Store(tmp_path / "store")) == []
    said = sumika("distil", "quote", place / "mine.yaml", "--store", tmp_path / "store")
    assert "student" in said.out
    assert "¥" in said.out


def test_a_quote_of_the_large_recipes_needs_no_gpu(sumika: Sumika) -> None:
    for name in ("s1-7b", "s1-32b-lora"):
        said = sumika("distil", "quote", name)
        assert said.code == 0
        assert "€" in said.out


def test_the_ledger_shows_the_bill_with_the_try_that_failed(sumika: Sumika, finished: dict[str, Path]) -> None:
    said = sumika("distil", "ledger", "sums")
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80
    for part in ("teach 20", "student alone", "all-in"):
        assert part in said.out
    bill = json.loads(sumika("distil", "ledger", "sums", "--json").out)
    asked = next(one for one in bill["stages"] if one["name"] == "evaluate teacher")
    assert (asked["tries"], asked["unfinished"]) == (2, 1), "the teacher is scored first, and died there"
    every = json.loads(sumika("distil", "ledger", "--all", "--json").out)
    assert every["all_in"]["tries"] > bill["all_in"]["tries"]


def test_the_card_is_printed_by_run_and_by_folder(sumika: Sumika, finished: dict[str, Path]) -> None:
    said = sumika("distil", "card", "sums")
    assert said.code == 0
    assert said.out == sumika("distil", "card", finished["mine"]).out
    for part in ("adder", "sumika distil run", "mit", "student"):
        assert part in said.out


def test_runs_are_compared_with_the_first(sumika: Sumika, finished: dict[str, Path]) -> None:
    said = sumika("distil", "compare", "sums", finished["other"])
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80
    assert "answers" in said.out
    found = json.loads(sumika("distil", "compare", "sums", "other", "--json").out)
    assert "answers" in json.dumps(found)


@pytest.mark.parametrize(
    ("form", "name"),
    [("safetensors", "out"), ("gguf", "out.gguf"), ("gguf-f16", "out.gguf"), ("onnx-int8", "out.onnx")],
)
def test_a_finished_student_is_exported_in_other_forms(
    sumika: Sumika, finished: dict[str, Path], tmp_path: Path, form: str, name: str
) -> None:
    said = sumika("distil", "export", "sums", form, tmp_path / name)
    assert said.code == 0, said.err
    assert f"Wrote {tmp_path / name}" in said.out
    assert (tmp_path / name).exists()
    if form == "safetensors":
        ours = finished["mine"] / "safetensors" / "model.safetensors"
        assert (tmp_path / name / "model.safetensors").read_bytes() == ours.read_bytes()


def test_a_form_that_a_language_student_has_not_is_told(
    sumika: Sumika, finished: dict[str, Path], tmp_path: Path
) -> None:
    said = sumika("distil", "export", finished["mine"], "c", tmp_path / "out.c")
    assert said.code == 2
    assert "a language student has no form 'c'. Choose safetensors, gguf, gguf-f16 or onnx-int8." in said.err


def test_a_signed_model_is_verified_and_a_changed_one_is_not(sumika: Sumika, finished: dict[str, Path]) -> None:
    folder = finished["other"]
    said = sumika("distil", "verify", folder)
    assert said.code == 0, said.err
    assert "files are what" in said.out
    result = folder / "result.json"
    whole = result.read_bytes()
    result.write_bytes(whole + b" ")
    said = sumika("distil", "verify", folder)
    assert said.code == 1
    assert "result.json" in said.err
    said = sumika("distil", "sign", folder)
    assert said.code == 0
    assert sumika("distil", "verify", folder).code == 0
    assert sumika("distil", "verify", folder, "--key", "00" * 32).code != 0


# Progress


def watcher_of(length_s: float = 100.0) -> ProgressWatcher:
    stages = tuple(
        StageEstimate(stage=name, role=Role.STUDENT, spent=Spent(wall_s=length_s)) for name in ("pool", "train")
    )
    return ProgressWatcher(Forecast(Quote(name="mine", stages=stages, prices=load_prices().values())))


def test_without_a_terminal_progress_is_plain_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_distil_progress, "PLAIN_EVERY_S", 0.0)
    with watcher_of() as watcher:
        watcher.begin("pool", reused=True)
        watcher.end("pool", Spent())
        watcher.begin("train", reused=False)
        watcher.progress("train", 1, 4)
        watcher.progress("train", 1, 0)
        watcher.end("train", Spent(wall_s=90.0))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "pool: in the store already"
    assert lines[1].startswith("train: 25 %; 1:40, ¥")
    assert lines[1].endswith(" left")
    assert lines[2].startswith("train:; 1:40")
    assert lines[3].startswith("train: 1:30; 0.1 s, ¥0.00 left")


def test_on_a_terminal_progress_is_two_bars(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with watcher_of() as watcher:
        watcher.begin("train", reused=False)
        watcher.progress("train", 1, 2)
        watcher.end("train", Spent(wall_s=90.0))
    shown = capsys.readouterr().err
    assert "whole run" in shown
    assert "train" in shown
    assert "left" in shown
