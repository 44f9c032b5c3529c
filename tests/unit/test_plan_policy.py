"""The policy: it says the same from a file and from C, stays within what it learned, and is quick and small."""

import ctypes
import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.ecu.policy_features import FEATURES
from sumika.ecu.policy_rows import SKILLS
from sumika.plan.policy import Card, Layer, Policy, Skill, load_policy, policy_of
from sumika.plan.policy_c import policy_c
from sumika.schema import SumikaError

MOST_BYTES = 20_000
NAMES = tuple(f"feature_{place}" for place in range(7))


def made_skill(random: np.random.Generator, width: int, outputs: tuple[str, ...]) -> Skill:
    sizes = (len(NAMES), width, width, len(outputs))
    layers = tuple(
        Layer.of(
            random.normal(size=(high, wide)).astype(np.float32) / np.float32(np.sqrt(wide)),
            random.normal(size=high).astype(np.float32),
        )
        for wide, high in pairwise(sizes)
    )
    return Skill(
        outputs=outputs,
        mean=random.integers(-4, 5, len(NAMES)).astype(np.float32) / 4.0,
        scale=random.integers(1, 9, len(NAMES)).astype(np.float32) / 4.0,
        layers=layers,
        low=np.full(len(outputs), -1.5, np.float32),
        high=np.full(len(outputs), 1.25, np.float32),
    )


def made_policy(seed: int = 0) -> Policy:
    random = np.random.default_rng(seed)
    skills = {"one": made_skill(random, 9, ("a", "b")), "two": made_skill(random, 5, ("c",))}
    return Policy(features=NAMES, skills=skills, card=Card(about="made up", lessons=3))


def test_rows_together_say_what_each_says_alone() -> None:
    policy, asked = made_policy(), ("two", "one", "one", "two")
    x = np.random.default_rng(1).normal(0.0, 3.0, (4, len(NAMES))).astype(np.float32)
    said = policy.bound(asked).says(x)
    for row, name in enumerate(asked):
        skill = policy.skills[name]
        np.testing.assert_allclose(said[row, : len(skill.outputs)], skill.says(x[row]), atol=2e-5)
        assert not said[row, len(skill.outputs) :].any()
    assert len(np.unique(said[:, 0])) > 1
    np.testing.assert_array_equal(said, policy.bound(asked).says(x))


def test_rounding_to_int8_changes_little() -> None:
    random = np.random.default_rng(2)
    weight, bias = random.normal(size=(30, 40)).astype(np.float32), random.normal(size=30).astype(np.float32)
    layer = Layer.of(weight, bias)
    assert layer.weight.dtype == np.int8
    assert np.abs(layer.real - weight).max() <= 0.51 * np.abs(weight).max() / 127.0 + 1e-3


@given(st.lists(st.floats(width=32), min_size=len(NAMES), max_size=len(NAMES)))
@settings(max_examples=30, deadline=None)
def test_whatever_comes_in_stays_within_what_the_planner_said(features: list[float]) -> None:
    policy = made_policy()
    with np.errstate(all="ignore"):
        said = policy.bound(["one"]).says(np.array([features], np.float32))
        alone = policy.skills["one"].says(np.array(features, np.float32))
    for found in (said[0], alone):
        assert np.isfinite(found).all()
        assert (found >= -1.5).all()
        assert (found <= 1.25).all()


def test_a_file_gives_the_very_same_policy(tmp_path: Path) -> None:
    policy = made_policy()
    policy.keep(tmp_path / "policy.msgpack")
    again = load_policy(tmp_path / "policy.msgpack")
    x = np.random.default_rng(3).normal(size=(2, len(NAMES))).astype(np.float32)
    np.testing.assert_array_equal(again.bound(["one", "two"]).says(x), policy.bound(["one", "two"]).says(x))
    assert again.card == policy.card
    assert again.packed() == policy.packed()


@pytest.mark.parametrize("cut", [0, 1, 40, -1])
def test_a_damaged_file_is_refused(cut: int) -> None:
    with pytest.raises(SumikaError, match="no policy"):
        policy_of(made_policy().packed()[:cut])


def test_parts_that_do_not_fit_are_refused() -> None:
    policy = made_policy()
    packed = policy.packed()
    for features in (NAMES[:-1], (*NAMES, "more")):
        with pytest.raises(SumikaError, match="no policy"):
            policy_of(replace(policy, features=features).packed())
    flat = replace(policy.skills["one"], scale=np.zeros(len(NAMES), np.float32))
    with pytest.raises(SumikaError, match="do not fit"):
        policy_of(replace(policy, skills={"one": flat}).packed())
    with pytest.raises(SumikaError, match="format 2"):
        policy_of(packed.replace(b"\xa6format\x01", b"\xa6format\x02"))


def test_what_is_missing_or_other_is_said(tmp_path: Path) -> None:
    policy = made_policy()
    with pytest.raises(SumikaError, match="never learned three"):
        policy.bound(["one", "three"])
    with pytest.raises(SumikaError, match="other features"):
        policy.check(FEATURES)
    with pytest.raises(SumikaError, match="cannot be read"):
        load_policy(tmp_path / "absent.msgpack")


def compiled(policy: Policy, folder: Path) -> ctypes.CDLL:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("no gcc on this machine")
    source, library = folder / "policy.c", folder / "policy.so"
    source.write_text(policy_c(policy))
    flags = ("-std=c99", "-Wall", "-Wextra", "-Wdouble-promotion", "-Werror", "-O1", "-shared", "-fPIC", "-nostdlib")
    subprocess.run([gcc, *flags, str(source), "-o", str(library)], check=True, timeout=60)
    return ctypes.CDLL(str(library))


def said_in_c(library: ctypes.CDLL, skill: int, x: np.ndarray[tuple[int], np.dtype[np.float32]]) -> list[float]:
    said = (ctypes.c_float * 8)()
    features = (ctypes.c_float * len(x))(*x.tolist())
    return [said[place] for place in range(library.sumika_policy(skill, features, said))]


@pytest.mark.parametrize("shipped", [False, True])
def test_c_says_the_same(tmp_path: Path, shipped: bool) -> None:
    policy = load_policy() if shipped else made_policy()
    library = compiled(policy, tmp_path)  # linked to nothing: no malloc, no libm
    random = np.random.default_rng(4)
    for place, skill in enumerate(policy.skills.values()):
        for _ in range(25):
            x = skill.mean + skill.scale * random.normal(0.0, 2.0, len(skill.mean)).astype(np.float32)
            np.testing.assert_allclose(said_in_c(library, place, x), skill.says(x), atol=1e-4)
    x[:] = np.nan
    assert np.isfinite(said_in_c(library, 0, x)).all()
    assert said_in_c(library, len(policy.skills), x) == []
    assert said_in_c(library, -1, x) == []


def test_the_one_that_ships_is_small_and_knows_its_devices() -> None:
    policy = load_policy()
    assert len(policy.packed()) <= MOST_BYTES
    policy.check(FEATURES)
    assert {"warm", "cool", "tank"} <= set(policy.skills)
    for name, skill in policy.skills.items():
        assert skill.outputs == SKILLS[name]
        assert (skill.low <= skill.high).all()
        assert np.isfinite(policy.card.errors[name])
    assert policy.card.lessons > 0
    assert policy.card.held_out
