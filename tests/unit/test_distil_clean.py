"""A cleaned pool holds nothing twice and nothing of an evaluation set."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.distil.clean import (
    ArrayCleanSettings,
    CleanRefusedError,
    CleanSettings,
    clean,
    clean_arrays,
    normalised,
    words,
)
from sumika.distil.clean.near import _shingles, jaccard, near_duplicates
from sumika.distil.clean.words import count, runs
from sumika.distil.records import ArraySet, Example

ANY = CleanSettings(most_contaminated_share=1, most_duplicate_share=1)
LONG = "a farmer has twelve apples and gives three of them to each of his children"
FEW_WORDS = st.lists(st.sampled_from(["red", "green", "1", "2", "+", "*", "of"]), min_size=1, max_size=14).map(" ".join)


def _pool(*prompts: str) -> list[Example]:
    return [Example(prompt=prompt, answer="1") for prompt in prompts]


def test_exact_duplicates_are_found_whatever_case_and_space() -> None:
    kept, report = clean(_pool("What is 2 + 3?", "what  is 2 + 3", "What is 2 - 3?"), {}, ANY)
    assert [example.prompt for example in kept] == ["What is 2 + 3?", "What is 2 - 3?"]
    assert report.removed == {"exact duplicate": 1}
    assert "row 0" in str(report.first[0])


def test_brackets_make_another_problem() -> None:
    assert normalised("(2 + 3) * 4") != normalised("2 + (3 * 4)")


def test_duplicates_with_another_answer_are_counted() -> None:
    pool = [Example(prompt="What is 2 + 3?", answer="5"), Example(prompt="What is 2 + 3?", answer="6")]
    _kept, report = clean(pool, {}, ANY)
    assert report.other_answers == 1
    assert "'6'" in report.first[0].evidence


def test_of_duplicates_one_with_an_answer_stays() -> None:
    pool = [Example(prompt="What is 2 + 3?"), Example(prompt="What is 2 + 3?", answer="5")]
    kept, report = clean(pool, {}, ANY)
    assert [example.answer for example in kept] == ["5"]
    assert report.other_answers == 0


def test_near_duplicates_are_found_and_other_numbers_are_other_problems() -> None:
    alike = LONG + " how many are left for him to eat tomorrow"
    pool = _pool(alike + " morning", alike + " evening", alike + " at 7", alike + " at 8")
    kept, report = clean(pool, {}, ANY)
    assert [example.prompt for example in kept] == [pool[0].prompt, pool[2].prompt, pool[3].prompt]
    assert report.removed == {"near duplicate": 1}
    either = CleanSettings(numbers_distinguish=False, most_duplicate_share=1)
    assert len(clean(pool, {}, either)[0]) == 1


def test_brackets_and_signs_of_sums_make_other_problems_however_alike_the_words() -> None:
    start = "please work out for me as fast as you can the value of "
    pool = _pool(
        *(start + sum_ for sum_ in ("(2 + 3) * 4", "2 + (3 * 4)", "2 + 3 * 4", "2 - 3 * 4", "[2, [3, 4]]", "[2, 3, 4]"))
    )
    assert clean(pool, {}, ANY)[0] == pool


def test_a_shared_run_of_eight_words_is_contamination_and_seven_are_not() -> None:
    evaluation = {"exam": _pool("Please tell: " + LONG)}
    eight, seven = " ".join(LONG.split()[:8]), " ".join(LONG.split()[:7])
    kept, report = clean(_pool(f"Now {eight.upper()}, so?", f"Now {seven} is it"), evaluation, ANY)
    assert [example.prompt for example in kept] == [f"Now {seven} is it"]
    assert report.per_evaluation == {"exam": 1}
    assert report.first[0].hit == "exam row 0"
    assert eight in report.first[0].evidence


def test_a_short_text_is_contaminated_only_as_a_whole() -> None:
    kept, _report = clean(_pool("What is 2 + 3?", "What is 2 + 4?"), {"exam": _pool("what is 2 + 3")}, ANY)
    assert [example.prompt for example in kept] == ["What is 2 + 4?"]


def test_too_much_contamination_is_refused_with_the_way_to_allow_it() -> None:
    pool = _pool(LONG, *(f"number {number}" for number in range(9)))
    with pytest.raises(
        CleanRefusedError, match=r"(?s)10.0% of 10 examples stand in.*exam row 0.*_share: 0.101"
    ) as refused:
        clean(pool, {"exam": _pool(LONG)}, CleanSettings())
    assert refused.value.report.removed == {"contaminated": 1}
    assert len(clean(pool, {"exam": _pool(LONG)}, CleanSettings(most_contaminated_share=0.101))[0]) == 9


def test_too_many_duplicates_and_an_empty_rest_are_refused() -> None:
    with pytest.raises(CleanRefusedError, match="most_duplicate_share: "):
        clean(_pool(*["the same"] * 5), {}, CleanSettings())
    with pytest.raises(CleanRefusedError, match="nothing is left"):
        clean(_pool(LONG), {"exam": _pool(LONG)}, ANY)


TRAIN = "大阪駅を午前9時に出た新幹線は、2時間30分かかって東京駅に着きます。東京駅に着くのは午前何時何分ですか。"


@pytest.mark.parametrize("before", ["", "次の問題を解いてください。", "では「"])
def test_contamination_of_japanese_is_found_wherever_the_text_begins(before: str) -> None:
    pool = _pool(before + TRAIN.replace("、", ""), "東京駅から新幹線に乗って大阪駅に着くのは何時ですか。")
    kept, report = clean(pool, {"exam": _pool(TRAIN)}, ANY)
    assert kept == pool[1:]
    assert "'大阪駅を午前9時に出た新幹線は'" in report.first[0].evidence


def test_sixteen_signs_are_eight_words_and_fifteen_are_not() -> None:
    evaluation = {"exam": _pool("いろはにほへとちりぬるをわかよたれそつねならむ")}
    kept, _report = clean(
        _pool("京いろはにほへとちりぬるをわかよた", "京いろはにほへとちりぬるをわかよ京京"), evaluation, ANY
    )
    assert [example.prompt for example in kept] == ["京いろはにほへとちりぬるをわかよ京京"]
    assert count(words("カタカナ、tea 3杯")) == 4.5
    assert list(runs(words("いろはに"), 1)) == ["い ろ", "ろ は", "は に"]


def test_near_duplicates_of_japanese_are_found_and_its_marks_are_no_words() -> None:
    pool = _pool(TRAIN, TRAIN.replace("出た", "出発した"), TRAIN.replace("駅に着くのは", "へ向かう人が降りるのは"))
    assert clean(pool, {}, ANY)[0] == [pool[0], pool[2]]
    assert normalised("何時ですか。") == normalised("何時ですか？") == "何時ですか"
    assert words("「あ、い」。") == ["あ", "い"]


@given(st.lists(FEW_WORDS, min_size=1, max_size=12), st.lists(FEW_WORDS, max_size=6))
@settings(deadline=None, max_examples=30)
def test_no_run_of_an_evaluation_set_survives_and_cleaning_twice_changes_nothing(
    pool: list[str], exam: list[str]
) -> None:
    evaluation = {"exam": _pool(*exam)}
    try:
        kept, report = clean(_pool(*pool), evaluation, ANY)
    except CleanRefusedError:
        return
    seen = {run for text in exam for run in runs(words(text), 8)}
    assert not any(run in seen for example in kept for run in runs(words(example.prompt), 8))
    short = {normalised(text) for text in exam}
    assert not any(normalised(example.prompt) in short for example in kept)
    assert report.kept == len(kept) == len(pool) - sum(report.removed.values())
    assert clean(kept, evaluation, ANY)[0] == kept


def test_hashing_finds_what_comparing_every_pair_finds() -> None:
    generator = np.random.default_rng(0)
    vocabulary = np.array([a + b + c for a in "bdgkmnrst" for b in "aeiou" for c in "bdgkmnrst"])
    texts = []
    for _ in range(120):
        text = generator.choice(vocabulary, 24)
        changed = text.copy()
        changed[generator.integers(24)] = generator.choice(vocabulary)
        texts += [" ".join(text), " ".join(changed)]
    shingles = [_shingles(text, 3) for text in texts]
    expected = [row for row in range(1, 240, 2) if jaccard(shingles[row], shingles[row - 1]) >= 0.75]
    found = near_duplicates(texts, likeness=0.75)
    assert len(expected) > 80
    assert len({row for row, _, _ in found} & set(expected)) >= 0.97 * len(expected)
    assert all(jaccard(shingles[row], shingles[other]) >= 0.75 for row, other, _ in found)


@pytest.mark.slow
def test_problems_of_many_words_in_common_are_all_kept_unless_they_are_near() -> None:
    """A few hundred words share pieces everywhere: buckets that grow with the pool would take a square of its time."""
    generator = np.random.default_rng(0)
    vocabulary = np.array([a + b + c for a in "bdgkmnrst" for b in "aeiou" for c in "bdgkmnrst"])
    pool = _pool(*(" ".join(generator.choice(vocabulary, 16)) for _ in range(6_000)))
    kept, _report = clean(pool, {"exam": pool[:0]}, CleanSettings())
    assert len(kept) > 5_990


def _windows(count: int, seed: int, group: str) -> ArraySet:
    x = np.random.default_rng(seed).normal(size=(count, 2, 20)).astype(np.float32)
    return ArraySet(x=x, y=np.zeros(count, np.int64), group=np.full(count, group), domain=np.full(count, ""))


def _with_x(arrays: ArraySet, x: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> ArraySet:
    return ArraySet(x=x, y=arrays.y, group=arrays.group, domain=arrays.domain, mask=arrays.mask)


def test_windows_near_to_those_of_an_evaluation_set_and_copies_are_taken_out() -> None:
    pool, exam = _windows(40, 0, "a"), _windows(10, 1, "b")
    x = pool.x.copy()
    x[3] = exam.x[5] + np.float32(0.01)
    x[7] = x[6]
    kept, report = clean_arrays(_with_x(pool, x), {"exam": exam}, ArrayCleanSettings())
    assert report.removed == {"contaminated": 1, "exact duplicate": 1}
    assert len(kept) == 38
    assert [(removal.row, removal.hit) for removal in report.first] == [(3, "exam row 5"), (7, "row 6")]
    assert clean_arrays(kept, {"exam": exam}, ArrayCleanSettings())[1].removed == {}


def test_a_person_in_pool_and_evaluation_is_refused_or_dropped() -> None:
    pool, exam = _windows(10, 0, "a"), _windows(10, 1, "a")
    pool = ArraySet(x=pool.x, y=pool.y, group=np.array(["a"] * 4 + ["c"] * 6), domain=pool.domain)
    with pytest.raises(CleanRefusedError, match=r"(?s)4 examples are of a group.*same_group: drop"):
        clean_arrays(pool, {"exam": exam}, ArrayCleanSettings())
    kept, report = clean_arrays(pool, {"exam": exam}, ArrayCleanSettings(same_group="drop"))
    assert set(kept.group) == {"c"}
    assert report.per_evaluation == {"exam": 4}


def test_a_set_of_points_in_another_order_is_the_same() -> None:
    points = _windows(6, 0, "a")
    mask = np.ones((6, 2), bool)
    x = points.x.copy()
    x[1] = x[0, ::-1]
    pool = ArraySet(x=x, y=points.y, group=points.group, domain=points.domain, mask=mask)
    assert clean_arrays(pool, {}, ArrayCleanSettings())[1].removed == {"exact duplicate": 1}


def test_shapes_that_differ_are_an_error() -> None:
    exam = _windows(3, 1, "b")
    with pytest.raises(ValueError, match="have the shape"):
        clean_arrays(_windows(3, 0, "a"), {"exam": _with_x(exam, exam.x[:, :1])}, ArrayCleanSettings())
