"""Training: right losses, resuming to the same end, accumulation, stored distributions, memory, tokenizers."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from sumika.distil.language import checkpoint
from sumika.distil.language.adamw import AdamW
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import Sample, encode_trace
from sumika.distil.language.memory import check_memory, memory_needed_bytes
from sumika.distil.language.objectives import reverse_kl, token_loss, top_k_loss
from sumika.distil.language.on_policy import train_on_policy
from sumika.distil.language.optimiser import learning_rate
from sumika.distil.language.packing import pack, plan_epoch
from sumika.distil.language.settings import LanguageTrainSettings, LoraSettings, Precision
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import CharacterTokenizer, FolderTokenizer, check_tokenizer
from sumika.distil.language.top_k import load_top_k, store_top_k
from sumika.distil.language.training import train
from sumika.distil.store import Store
from sumika.schema import SumikaError

pytestmark = pytest.mark.slow

TOKENIZER = CharacterTokenizer()
SHAPE = DecoderShape(vocabulary=TOKENIZER.size, width=32, layers=2, heads=4, key_value_heads=2, hidden=48, context=64)
SAMPLES = [encode_trace(TOKENIZER, f"{n}+{n}=", f"twice {n}" * (n % 3), str(2 * n)) for n in range(40)]
SETTINGS = LanguageTrainSettings(epochs=2, batch_tokens=200, learning_rate=3e-3)


class KilledError(Exception):
    """In the place of a kill."""


def test_loss_is_on_reasoning_and_answer_alone() -> None:
    batch = pack(SAMPLES, [3, 4])
    decoder = Decoder(SHAPE)
    ids = torch.from_numpy(batch.token_ids)
    logits = decoder.logits(decoder.hidden_packed(ids, batch.lengths))
    expected, at = torch.zeros(()), 0
    for row in (3, 4):
        sample = SAMPLES[row]
        own = logits[at : at + len(sample.token_ids)]
        wanted = torch.tensor(sample.token_ids[sample.loss_from :])
        expected = expected + torch.nn.functional.cross_entropy(own[sample.loss_from - 1 : -1], wanted, reduction="sum")
        at += len(sample.token_ids)
    report = train(decoder, [SAMPLES[3], SAMPLES[4]], msgspec.structs.replace(SETTINGS, most_steps=1), None)
    assert report.losses[0] == pytest.approx(float(expected.detach()) / len(batch.targets), rel=1e-5)
    assert report.loss_tokens == len(batch.targets)


def test_the_loss_in_chunks_has_the_gradients_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.distil.language.objectives.CHUNK_ELEMENTS", {"cpu": 3 * 11})
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(10, 6, generator=generator, requires_grad=True)
    head = torch.randn(11, 6, generator=generator, requires_grad=True)
    targets = torch.randint(0, 11, (10,), generator=generator)
    ours = token_loss(hidden, head, targets, 0.1)
    mine = torch.autograd.grad(ours * 2, (hidden, head))
    plain = torch.nn.functional.cross_entropy(hidden @ head.T, targets)
    theirs = torch.autograd.grad(plain * 2, (hidden, head))
    torch.testing.assert_close(ours, plain)
    torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("precision", list(Precision))
def test_a_killed_run_ends_as_one_that_was_not(tmp_path: Path, precision: Precision) -> None:
    settings = msgspec.structs.replace(SETTINGS, checkpoint_s=0.0, precision=precision)
    whole = train(Decoder(SHAPE), SAMPLES, settings, None)
    kills = [2, 3, 7]

    def kill(done: int, total: int) -> None:
        if kills and done == kills[0]:
            kills.pop(0)
            raise KilledError

    while True:
        try:
            decoder = Decoder(SHAPE)
            report = train(decoder, SAMPLES, settings, tmp_path, kill)
            break
        except KilledError:
            continue
    assert not kills
    assert report.losses == whole.losses
    assert report.tokens == whole.tokens
    assert len(list(tmp_path.glob("step-*"))) == checkpoint.KEPT


@pytest.mark.parametrize("file", ["tensors.safetensors", "progress.json"])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(tmp_path: Path, file: str) -> None:
    settings = msgspec.structs.replace(SETTINGS, checkpoint_s=0.0)
    report = train(Decoder(SHAPE), SAMPLES, settings, tmp_path)
    newest = max(tmp_path.glob("step-*"))
    if file == "tensors.safetensors":
        (newest / file).write_bytes(b"cut")
    else:
        (newest / file).write_bytes((newest / file).read_bytes().replace(b"run", b"r\xffn"))
    asked: list[int] = []
    again = train(Decoder(SHAPE), SAMPLES, settings, tmp_path, lambda done, total: asked.append(done))
    assert asked == [report.steps]
    assert again.final_loss == report.final_loss


def test_a_checkpoint_of_other_data_is_not_taken_up(tmp_path: Path) -> None:
    train(Decoder(SHAPE), SAMPLES, SETTINGS, tmp_path)
    asked: list[int] = []
    train(Decoder(SHAPE), SAMPLES[1:], SETTINGS, tmp_path, lambda done, total: asked.append(done))
    assert asked[0] == 1


def test_accumulated_gradients_are_those_of_the_whole_batch() -> None:
    whole = train(Decoder(SHAPE), SAMPLES, SETTINGS, None)
    parts = train(Decoder(SHAPE), SAMPLES, msgspec.structs.replace(SETTINGS, micro_tokens=60), None)
    np.testing.assert_allclose(parts.losses, whole.losses, rtol=2e-3)


@pytest.mark.parametrize(
    "change",
    [
        {"precision": Precision.BFLOAT16},
        {"precision": Precision.BFLOAT16_STOCHASTIC},
        {"precision": Precision.BFLOAT16_MIXED},
        {"checkpointing": True},
        {"quantisation_aware": True},
        {"lora": LoraSettings(rank=4), "learning_rate": 1e-2},
    ],
)
def test_every_way_of_training_learns(change: dict[str, object]) -> None:
    settings = msgspec.structs.replace(SETTINGS, epochs=6, **change)
    report = train(Decoder(SHAPE), SAMPLES, settings, None)
    assert report.final_loss < 0.8 * report.losses[0]


def test_a_teachers_stored_distributions_are_learnt(tmp_path: Path) -> None:
    store, teacher = Store(tmp_path), Decoder(SHAPE, seed=8)
    top_k = load_top_k(store, store_top_k(teacher, SAMPLES, store, k=8, batch_tokens=100))
    assert len(top_k.ids) == sum(sample.loss_tokens for sample in SAMPLES)
    settings = msgspec.structs.replace(SETTINGS, soft_weight=1.0, epochs=6)
    report = train(Decoder(SHAPE), SAMPLES, settings, None, top_k=top_k)
    assert report.final_loss < 0.8 * report.losses[0]
    own = train(Decoder(SHAPE, seed=8), SAMPLES, msgspec.structs.replace(settings, most_steps=1), None, top_k=top_k)
    assert own.losses[0] == pytest.approx(0.0, abs=1e-4)


def test_all_pieces_kept_is_the_whole_divergence() -> None:
    generator = torch.Generator().manual_seed(0)
    student, teacher = torch.randn(5, 9, generator=generator), torch.randn(5, 9, generator=generator)
    kept = teacher.log_softmax(1).topk(9)
    whole = torch.nn.functional.kl_div(student.log_softmax(1), teacher.log_softmax(1), log_target=True, reduction="sum")
    torch.testing.assert_close(top_k_loss(student, kept.indices, kept.values, 1.0), whole, atol=1e-4, rtol=1e-4)
    assert float(reverse_kl(teacher, teacher)) == pytest.approx(0.0, abs=1e-6)
    assert float(reverse_kl(student, teacher)) > 0.1


def test_on_policy_brings_the_student_to_its_teacher() -> None:
    student, teacher = Decoder(SHAPE, seed=1), Decoder(SHAPE, seed=2)
    questions = [sample.token_ids[: sample.loss_from] for sample in SAMPLES]

    def generate(model: Decoder, asked: list[list[int]], seed: int) -> list[list[int]]:
        draw = np.random.default_rng(seed)
        return [draw.integers(0, SHAPE.vocabulary, 6).tolist() for _ in asked]

    settings = msgspec.structs.replace(SETTINGS, most_steps=15, epochs=30, learning_rate=1e-2)
    report = train_on_policy(student, teacher, questions, generate, settings, None, per_step=16)
    assert report.final_loss < 0.8 * report.losses[0]
    other = Decoder(msgspec.structs.replace(SHAPE, vocabulary=7))
    with pytest.raises(SumikaError, match="one tokenizer"):
        train_on_policy(student, other, questions, generate, settings, None)


def test_every_sample_comes_once_in_an_epoch_within_the_budget() -> None:
    lengths = np.random.default_rng(0).integers(5, 90, 500).tolist()
    batches = plan_epoch(lengths, 300, 4, 0)
    assert sorted(row for rows in batches for row in rows) == list(range(500))
    assert max(sum(lengths[row] for row in rows) for rows in batches) <= 300
    assert batches == plan_epoch(lengths, 300, 4, 0)
    assert batches != plan_epoch(lengths, 300, 4, 1)


def test_samples_that_do_not_fit_are_refused() -> None:
    with pytest.raises(SumikaError, match="nothing to train on"):
        train(Decoder(SHAPE), [], SETTINGS, None)
    with pytest.raises(SumikaError, match="1 of 1 traces are longer"):
        train(Decoder(SHAPE), [Sample(token_ids=[1] * 65, loss_from=3)], SETTINGS, None)
    with pytest.raises(SumikaError, match="tokenizer"):
        train(Decoder(SHAPE), [Sample(token_ids=[1, 5000], loss_from=1)], SETTINGS, None)


def test_a_loss_that_runs_away_ends_the_run() -> None:
    decoder = Decoder(SHAPE)
    with torch.no_grad():
        decoder.embedding.fill_(float("nan"))
    with pytest.raises(SumikaError, match="learning_rate"):
        train(decoder, SAMPLES, SETTINGS, None)


@pytest.mark.parametrize("fused", [False, True])
def test_adamw_is_that_of_torch_to_the_last_bit(fused: bool) -> None:
    trained = []
    for make in (AdamW, torch.optim.AdamW):
        random = torch.Generator().manual_seed(5)
        matrix, vector = (torch.randn(shape, generator=random).requires_grad_() for shape in ((7, 5), (7,)))
        optimiser = make(
            [{"params": [matrix], "weight_decay": 0.1}, {"params": [vector], "weight_decay": 0.0}],
            lr=0.01,
            betas=(0.9, 0.98),
            fused=fused,
        )
        for step in range(20):
            for weight in (matrix, vector):
                weight.grad = torch.randn(weight.shape, generator=random)
            for group in optimiser.param_groups:
                group["lr"] = 0.01 / (1 + step)
            optimiser.step()
        optimiser.zero_grad()
        assert matrix.grad is None
        trained.append((matrix, vector))
    for ours, theirs in zip(*trained, strict=True):
        assert torch.equal(ours, theirs)


def test_the_rate_rises_and_falls() -> None:
    rates = [learning_rate(SETTINGS, step, 100) for step in range(100)]
    assert rates.index(max(rates)) in {4, 5}
    assert rates[0] == pytest.approx(SETTINGS.learning_rate / 5)
    assert rates[-1] == pytest.approx(SETTINGS.learning_rate * 0.1, rel=0.02)


def test_memory_is_refused_with_what_would_fit() -> None:
    shape = DecoderShape(
        vocabulary=152064, width=3584, layers=28, heads=28, key_value_heads=4, hidden=18944, context=8192, tied=False
    )
    settings = msgspec.structs.replace(SETTINGS, batch_tokens=4096)
    assert 100e9 < memory_needed_bytes(shape, settings, "cuda") < 260e9
    with pytest.raises(SumikaError, match="all three of these") as caught:
        check_memory(shape, settings, "cuda", free_bytes=141_000_000_000)
    assert "precision: bfloat16 (" in str(caught.value)
    check_memory(SHAPE, SETTINGS, "cpu", free_bytes=1 << 30)


def test_text_survives_the_tokenizer_and_strange_characters_are_unknown(tmp_path: Path) -> None:
    text = "2+2=<think>four</think>4<end>"
    ids = TOKENIZER.encode(text)
    assert TOKENIZER.decode(ids) == text
    assert ids[-1] == TOKENIZER.end_id
    assert len(ids) == 4 + 1 + 4 + 1 + 1 + 1
    assert TOKENIZER.decode(TOKENIZER.encode("家")) == "<unknown>"
    TOKENIZER.save(tmp_path / "alphabet.json")
    assert CharacterTokenizer.load(tmp_path / "alphabet.json").fingerprint == TOKENIZER.fingerprint
    (tmp_path / "alphabet.json").write_text("{")
    with pytest.raises(SumikaError, match="no alphabet"):
        CharacterTokenizer.load(tmp_path / "alphabet.json")


def test_the_wrong_tokenizer_is_refused(tmp_path: Path) -> None:
    check_tokenizer(TOKENIZER, TOKENIZER.size, fingerprint=TOKENIZER.fingerprint)
    with pytest.raises(SumikaError, match="trained with the tokenizer"):
        check_tokenizer(CharacterTokenizer("abc"), 200, fingerprint=TOKENIZER.fingerprint)
    with pytest.raises(SumikaError, match="the model knows 50"):
        check_tokenizer(TOKENIZER, 50)
    with pytest.raises(SumikaError, match="only"):
        check_tokenizer(TOKENIZER, 32_000)
    with pytest.raises(SumikaError, match="no tokenizer"):
        FolderTokenizer(tmp_path)


def test_a_folders_tokenizer_is_read(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    made = Tokenizer(models.WordLevel({"two": 0, "four": 1, "</s>": 2}, unk_token="two"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer_config.json").write_text('{"eos_token": "</s>"}')
    tokenizer = FolderTokenizer(tmp_path)
    assert tokenizer.encode("four two") == [1, 0]
    assert (tokenizer.size, tokenizer.end_id) == (3, 2)
