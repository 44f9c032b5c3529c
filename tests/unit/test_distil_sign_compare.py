"""A signed folder is accepted only as it was signed; runs are compared on what both answered."""

import stat
from pathlib import Path

import msgspec
import numpy as np
import pytest

from sumika.distil.compare import (
    CompareError,
    RunResult,
    as_json,
    as_table,
    bootstrap_mean,
    compare,
    load_result,
    paired_difference,
)
from sumika.distil.sign import (
    MANIFEST,
    SIGNATURE,
    SignatureError,
    load_or_make_key,
    public_key_of,
    sign_folder,
    verify_folder,
)


@pytest.fixture
def signed(tmp_path: Path) -> tuple[Path, str]:
    folder = tmp_path / "model"
    (folder / "c").mkdir(parents=True)
    (folder / "model.onnx").write_bytes(b"weights")
    (folder / "c" / "model.c").write_text("int main;", encoding="utf-8")
    key = load_or_make_key(tmp_path / "config" / "key.pem")
    sign_folder(folder, key)
    return folder, public_key_of(key)


def test_what_was_signed_is_accepted_and_signing_again_changes_nothing(
    signed: tuple[Path, str], tmp_path: Path
) -> None:
    folder, public_key = signed
    assert set(verify_folder(folder, public_key).files) == {"model.onnx", "c/model.c"}
    before = (folder / SIGNATURE).read_bytes()
    sign_folder(folder, load_or_make_key(tmp_path / "config" / "key.pem"))
    assert (folder / SIGNATURE).read_bytes() == before


def test_the_key_is_made_once_and_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "config" / "key.pem"
    assert public_key_of(load_or_make_key(path)) == public_key_of(load_or_make_key(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["key.pem"]
    path.chmod(0o644)
    with pytest.raises(SignatureError, match="chmod 600"):
        load_or_make_key(path)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("change", "changed: model.onnx"),
        ("remove", "missing: c/model.c"),
        ("add", "not signed: extra.bin"),
        ("link", "link"),
        ("unsign", "not signed"),
        ("manifest", "not signed by the expected key"),
        ("signature", "cannot be read"),
    ],
)
def test_a_folder_that_was_touched_is_refused(signed: tuple[Path, str], harm: str, told: str) -> None:
    folder, public_key = signed
    match harm:
        case "change":
            (folder / "model.onnx").write_bytes(b"weightz")
        case "remove":
            (folder / "c" / "model.c").unlink()
        case "add":
            (folder / "extra.bin").write_bytes(b"")
        case "link":
            (folder / "other.onnx").symlink_to(folder / "model.onnx")
        case "unsign":
            (folder / SIGNATURE).unlink()
        case "manifest":
            path = folder / MANIFEST
            path.write_bytes(path.read_bytes().replace(b"c/model.c", b"c/model.d"))
        case _:
            (folder / SIGNATURE).write_text("no hexadecimal", encoding="ascii")
    with pytest.raises(SignatureError, match=told):
        verify_folder(folder, public_key)


def test_a_folder_of_another_signer_is_refused(signed: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = signed
    with pytest.raises(SignatureError, match="expected key"):
        verify_folder(folder, public_key_of(load_or_make_key(tmp_path / "other.pem")))
    with pytest.raises(SignatureError, match="64 hexadecimal"):
        verify_folder(folder, "abc")


def test_verifying_makes_no_key_and_takes_the_users_own_where_there_is_one(
    signed: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = signed
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    with pytest.raises(SignatureError, match="nobody"):
        verify_folder(folder)
    assert not (tmp_path / "home").exists()
    sign_folder(folder)
    assert verify_folder(folder).public_key == public_key_of(load_or_make_key())


def scores(share: float, count: int = 400, seed: int = 0) -> dict[str, float]:
    right = np.random.default_rng(seed).random(count) < share
    return {f"{index:03d}": float(one) for index, one in enumerate(right)}


def test_the_interval_is_that_of_the_binomial() -> None:
    values = np.array([1.0] * 300 + [0.0] * 100)
    interval = bootstrap_mean(values)
    assert interval.value == 0.75
    assert (interval.low, interval.high) == pytest.approx((0.7076, 0.7924), abs=0.006)
    assert interval == bootstrap_mean(values)


def test_a_paired_difference_is_sharper_than_two_intervals_apart() -> None:
    first = scores(0.7)
    second = first | dict.fromkeys(list(first)[:60], 1.0)
    gain = paired_difference(first, second)
    assert gain is not None
    assert gain.low > 0
    assert gain.high - gain.low < 0.06
    assert paired_difference(first, {"elsewhere": 1.0}) is None


def test_runs_are_shown_with_scores_bills_and_sizes_in_eighty_columns() -> None:
    base = RunResult(name="without distillation", scores={"maths": scores(0.5)}, parameters=10**6, student_usd=0.01)
    other = RunResult(name="student", scores={"maths": scores(0.9, seed=1), "coding": scores(0.6)}, all_in_usd=1.5)
    comparison = compare([base, other])
    text = as_table(comparison)
    assert max(map(len, text.splitlines())) <= 80
    for word in ("coding", "student", "1,000,000", "1.5000"):
        assert word in text
    shown = msgspec.json.decode(as_json(comparison))
    assert [(one["run"], one["evaluation"]) for one in shown["scores"]] == [
        ("without distillation", "maths"),
        ("student", "maths"),
        ("student", "coding"),
    ]
    assert shown["scores"][1]["difference"]["low"] > 0.3
    assert shown["scores"][2]["difference"] is None


def test_fewer_than_two_runs_or_no_result_are_refused(tmp_path: Path) -> None:
    one = RunResult(name="a", scores={})
    for runs in ([], [one], [one, one]):
        with pytest.raises(CompareError):
            compare(runs)
    with pytest.raises(CompareError):
        load_result(tmp_path / "none.json")
    (tmp_path / "a.json").write_bytes(msgspec.json.encode(one))
    assert load_result(tmp_path / "a.json") == one
