"""Generation: as transformers, whatever the neighbours, within its budget."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sumika.distil.export.safetensors import write_tokenizer
from sumika.distil.language.batch import Batch, Row
from sumika.distil.language.budget import Budget, budget_of, interval, scaling_curve
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.generate import Generator, LanguageStudent, Request, Sampling
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import CharacterTokenizer, FolderTokenizer

pytestmark = pytest.mark.slow

SHAPE = DecoderShape(vocabulary=101, width=32, layers=2, heads=4, key_value_heads=2, hidden=64, context=128)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Small matrices gain nothing from threads, which wait for each other where other tests run beside."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def requests_of(count: int, seed: int = 0) -> list[Request]:
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 20, size=count)
    return [
        Request(token_ids=random.integers(5, 101, size=length).tolist(), seed=row) for row, length in enumerate(lengths)
    ]


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    return Decoder(SHAPE, seed=1)


def test_greedy_is_what_the_whole_sequence_gives(decoder: Decoder) -> None:
    requests = requests_of(14)
    for request, done in zip(
        requests, Generator(decoder, [0], batch=5).run(requests, Sampling(max_tokens=10)), strict=True
    ):
        ids = list(request.token_ids)
        for token, log in zip(done.token_ids, done.log_probabilities, strict=True):
            with torch.no_grad():
                logits = decoder.logits(decoder.hidden_packed(torch.tensor(ids), [len(ids)])[-1])
            assert token == int(logits.argmax())
            assert log == pytest.approx(float(logits.log_softmax(-1)[token]), abs=1e-4)
            ids.append(token)


@pytest.mark.parametrize(
    "sampling", [Sampling(temperature=1.0, max_tokens=20), Sampling(temperature=0.7, top_k=9, top_p=0.8, max_tokens=20)]
)
def test_a_sample_does_not_depend_on_its_neighbours(decoder: Decoder, sampling: Sampling) -> None:
    requests = requests_of(16)
    together = Generator(decoder, [0], batch=6).run(requests, sampling)
    alone = [Generator(decoder, [0]).run([request], sampling)[0] for request in requests]
    assert [one.token_ids for one in together] == [one.token_ids for one in alone]
    assert len({tuple(one.token_ids) for one in together}) > 8
    assert list(Generator(decoder, [0]).stream(requests[3], sampling)) == together[3].token_ids


def test_rows_of_different_settings_share_a_batch_and_leave_it_unharmed(decoder: Decoder) -> None:
    settings = [
        Sampling(max_tokens=9),
        Sampling(temperature=1.0, max_tokens=14),
        Sampling(temperature=0.5, top_k=5, max_tokens=4),
        Sampling(temperature=1.0, top_p=0.7, max_tokens=14),
    ]
    requests = requests_of(8)
    alone = [
        Generator(decoder, [0]).run([request], settings[place % 4])[0].token_ids
        for place, request in enumerate(requests)
    ]
    rows = [
        Row(request.token_ids, settings[place % 4], seed=request.seed, tops=place)
        for place, request in enumerate(requests)
    ]
    batch = Batch(decoder, frozenset([0]))
    written = []
    for row in rows:  # one joins before every step
        batch.admit([row])
        written += batch.step()
    batch.drop([rows[1], rows[0]])
    while batch.rows:
        written += batch.step()
    for place, row in enumerate(rows[2:], 2):
        assert row.ids == alone[place]
    assert not rows[1].finish
    assert rows[1].ids == alone[1][: len(rows[1].ids)]
    greedy = [one for one in written if one.row is rows[4]]
    assert [len(one.top) for one in greedy] == [4] * 9
    assert [one.top[0][0] for one in greedy] == rows[4].ids
    assert [one.top[0][1] for one in greedy] == pytest.approx(rows[4].logs)
    with pytest.raises(ValueError, match="1 to 127"):
        batch.admit([Row([], settings[0], seed=0)])


def test_what_a_tokenizer_lacks_is_told(tmp_path: Path) -> None:
    tokenizer = CharacterTokenizer("abc ")
    assert tokenizer.lacks("a<think>cab d é d") == ["d", "é"]
    write_tokenizer(tokenizer, tmp_path)
    assert FolderTokenizer(tmp_path).lacks("ab cd é") == ["d", "é"]
    write_tokenizer(CharacterTokenizer("abc "), tmp_path, byte_level=True)
    assert FolderTokenizer(tmp_path).lacks("ab cd é") == ["d", "é"]


def test_frequencies_are_the_probabilities(decoder: Decoder) -> None:
    ids = [7, 8, 9]
    drawn = Generator(decoder, []).run(
        [Request(token_ids=ids, seed=seed) for seed in range(4000)], Sampling(temperature=1.0, max_tokens=1)
    )
    with torch.no_grad():
        wanted = decoder.logits(decoder.hidden_packed(torch.tensor(ids), [3])[-1]).softmax(-1).numpy()
    counts = np.bincount([one.token_ids[0] for one in drawn], minlength=101) / 4000
    assert np.abs(counts - wanted).max() < 0.03


def test_a_cap_ends_thinking_and_waits_prolong_it(decoder: Decoder) -> None:
    tokenizer = CharacterTokenizer()
    student = LanguageStudent(decoder, tokenizer)
    for answered in student.answer(["1+1"] * 5, Sampling(temperature=1.0, max_tokens=60), budget_of(tokenizer, cap=7)):
        assert answered.thinking_tokens <= 7
        assert answered.tokens > answered.thinking_tokens
    thinking = budget_of(tokenizer, waits=2, wait="Wait", final="A:").begin()
    end = tokenizer.encode("</think>")[0]
    written = [thinking.put(end) for _ in range(9)]
    assert tokenizer.decode(written) == "WaitWait</think>"
    assert thinking.ended


def test_the_curve_knows_control_scaling_and_performance() -> None:
    def measure(budget: Budget, samples: int) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        right = np.zeros((10, samples), bool)
        right[: budget.cap // 10] = True
        return right, np.full((10, samples), budget.cap)

    curve = scaling_curve(measure, [Budget(end_ids=(1,), cap=cap) for cap in (20, 40, 80)])
    assert (curve.control, curve.performance) == (1.0, 0.8)
    assert curve.scaling == pytest.approx(0.01)
    assert curve.points[0].low <= 0.2 <= curve.points[0].high
    with pytest.raises(ValueError, match="16"):
        scaling_curve(measure, [], samples=3)
    assert interval(np.ones(5)) == (1.0, 1.0)
