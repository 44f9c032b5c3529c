"""Training tokens per second beside TRL's SFTTrainer: same model, weights, data, batches, optimiser, one thread."""

import os
import random
import subprocess
import sys
from typing import Any

import msgspec
import numpy as np

from sumika.distil.language.dialogue import Sample, encode_trace
from sumika.distil.language.settings import LanguageTrainSettings
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import CharacterTokenizer
from sumika.evaluate.figure import Evidence, Figure
from sumika.schema import SumikaError

SEQUENCES = 32  # in a batch
WARM_STEPS = 3  # not timed
LARGEST_LOSS_DIFFERENCE = 1e-3
SETTINGS = LanguageTrainSettings(
    learning_rate=1e-3, weight_decay=0.0, warm_up=0.0, last_rate=1.0, clip_norm=1.0, beta2=0.999, batch_tokens=1 << 30
)
ROUTES = ("ours", "trl", "trl_padding_free")


class Timed(msgspec.Struct, frozen=True, kw_only=True):
    """What one process measured.

    Attributes:
        losses: Of each step.
        seconds: Of each step after the warm ones.
        cpu_s: Processor time of these steps, all threads: what other work on the machine disturbs less.
        tokens: Without padding, trained on in those seconds.
    """

    losses: list[float]
    seconds: list[float]
    cpu_s: float
    tokens: int

    @property
    def tokens_per_s(self) -> float:
        """Tokens without padding per second."""
        return self.tokens / sum(self.seconds)


def shape_of(vocabulary: int) -> DecoderShape:
    """Return a student of the size that `reason-tiny` trains."""
    return DecoderShape(
        vocabulary=vocabulary, width=128, layers=4, heads=4, key_value_heads=2, hidden=384, context=512, query_bias=True
    )


def samples_of(steps: int, vocabulary: int) -> list[Sample]:
    """Return short problems with traces of varied length, 20 to 200 tokens; a large vocabulary spreads the numbers."""
    draw = random.Random(7)
    tokenizer = CharacterTokenizer()
    found = []
    for _ in range(steps * SEQUENCES):
        value = draw.randrange(100)
        prompt = f"Start with {value}."
        reasoning = ""
        for _ in range(draw.choice((1, 1, 2, 2, 3, 4, 6, 9))):
            change = draw.randrange(1, 50)
            prompt += f" Add {change}."
            reasoning += f"{value}+{change}={value + change}\n"
            value += change
        sample = encode_trace(tokenizer, prompt, reasoning, str(value))
        if vocabulary > tokenizer.size:
            ids = [(token * 331 + place * 7919) % vocabulary for place, token in enumerate(sample.token_ids)]
            sample = Sample(token_ids=ids, loss_from=sample.loss_from)
        found.append(sample)
    return found


def _ours(steps: int, vocabulary: int) -> Timed:
    import time

    from sumika.distil.language.decoder import Decoder
    from sumika.distil.language.training import TraceSource, run

    samples = samples_of(steps, vocabulary)
    source = TraceSource(samples, msgspec.structs.replace(SETTINGS, epochs=1), 0)
    source.plan = [list(range(start, start + SEQUENCES)) for start in range(0, len(samples), SEQUENCES)]
    ends: list[tuple[float, float]] = []
    report = run(
        Decoder(shape_of(vocabulary)),
        source,
        SETTINGS,
        None,
        lambda done, total: ends.append((time.perf_counter(), time.process_time())),
        seed=0,
        data="",
    )
    return _timed(report.losses, ends, samples)


def _timed(losses: list[float], ends: list[tuple[float, float]], samples: list[Sample]) -> Timed:
    tokens = sum(len(sample.token_ids) for sample in samples[WARM_STEPS * SEQUENCES :])
    spent = np.diff(ends[WARM_STEPS - 1 :], axis=0)
    return Timed(losses=losses, seconds=spent[:, 0].tolist(), cpu_s=float(spent[:, 1].sum()), tokens=tokens)


def _trl(steps: int, vocabulary: int, *, padding_free: bool) -> Timed:
    import tempfile
    import time

    import torch
    from datasets import Dataset  # type: ignore[import-untyped] # the library publishes no types
    from tokenizers import Tokenizer, models
    from torch.utils.data import SequentialSampler
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, TrainerCallback
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    from sumika.distil.language.decoder import Decoder

    shape = shape_of(vocabulary)
    samples = samples_of(steps, vocabulary)
    model = Qwen2ForCausalLM(_configuration(Qwen2Config, shape))
    model.load_state_dict(Decoder(shape).state_dict(), strict=False)
    masks = [[0] * one.loss_from + [1] * one.loss_tokens for one in samples]
    data = Dataset.from_dict({"input_ids": [one.token_ids for one in samples], "completion_mask": masks})
    pieces = Tokenizer(models.WordLevel({f"t{number}": number for number in range(vocabulary)}, unk_token="t0"))
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call] # the library publishes no type for it
        tokenizer_object=pieces, eos_token="t0", pad_token="t0", unk_token="t0"
    )
    ends: list[tuple[float, float]] = []
    losses: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            ends.append((time.perf_counter(), time.process_time()))

    class InOrder(SFTTrainer):
        def _get_train_sampler(self, *args: Any, **kwargs: Any) -> SequentialSampler:
            return SequentialSampler(data)

        def compute_loss(self, *args: Any, **kwargs: Any) -> Any:
            loss = super().compute_loss(*args, **kwargs)  # type: ignore[no-untyped-call] # no type published
            losses.append(float(loss.detach()))
            return loss

    with tempfile.TemporaryDirectory() as folder:
        chosen = _configured(SFTConfig, folder, padding_free=padding_free)
        torch.manual_seed(0)
        trainer = InOrder(model=model, args=chosen, train_dataset=data, processing_class=tokenizer, callbacks=[Clock()])
        trainer.train()
    return _timed(losses, ends, samples)


def _configured(kind: Any, folder: str, *, padding_free: bool) -> Any:
    return kind(
        output_dir=folder,
        per_device_train_batch_size=SEQUENCES,
        num_train_epochs=1,
        learning_rate=SETTINGS.learning_rate,
        lr_scheduler_type="constant",
        weight_decay=0.0,
        adam_beta1=SETTINGS.beta1,
        adam_beta2=SETTINGS.beta2,
        max_grad_norm=SETTINGS.clip_norm,
        optim="adamw_torch_fused",
        bf16=False,
        use_cpu=True,
        gradient_checkpointing=False,
        completion_only_loss=True,
        padding_free=padding_free,
        max_length=None,
        logging_steps=1 << 30,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_num_workers=0,
        dataloader_pin_memory=False,
    )


def _configuration(kind: Any, shape: DecoderShape) -> Any:
    return kind(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_value_heads,
        intermediate_size=shape.hidden,
        max_position_embeddings=shape.context,
        tie_word_embeddings=shape.tied,
        rms_norm_eps=shape.norm_epsilon,
        rope_parameters={"rope_type": "default", "rope_theta": shape.rope_base},
        attn_implementation="sdpa",
        use_cache=False,
    )


def route(name: str, steps: int, vocabulary: int) -> Timed:
    """Measure one way in this process, on one thread."""
    import torch

    torch.set_num_threads(1)
    if name == "ours":
        return _ours(steps, vocabulary)
    return _trl(steps, vocabulary, padding_free=name == "trl_padding_free")


def _spawn(name: str, steps: int, vocabulary: int) -> Timed:
    offline = {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "TRL_EXPERIMENTAL_SILENCE": "1",
    }
    one_thread = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, "-m", "sumika.evaluate.distil.sft", name, str(steps), str(vocabulary)],
        env=os.environ | offline | one_thread,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise SumikaError(
            f"training by '{name}' failed: {done.stderr.decode(errors='replace')[-800:]}",
            where="bench distil",
            remedy="Install the development tools: pip install 'sumika[dev]'.",
        )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Timed)


def compare(steps: int, vocabulary: int, rounds: int) -> dict[str, float]:
    """Run every way `rounds` times, alternating, and return medians of tokens per second and the losses' difference."""
    speeds: dict[str, list[float]] = {name: [] for name in ROUTES}
    processor: dict[str, list[float]] = {name: [] for name in ROUTES}
    losses: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name in ROUTES:
            try:
                found = _spawn(name, steps, vocabulary)
            except SumikaError:
                if name != "trl_padding_free":
                    raise
                continue  # without padding it needs an attention that not every processor has
            speeds[name].append(found.tokens_per_s)
            processor[name].append(found.tokens / found.cpu_s)
            losses[name] = found.losses
    difference = float(np.abs(np.subtract(losses["ours"], losses["trl"])).max())
    if difference > LARGEST_LOSS_DIFFERENCE:
        raise SumikaError(f"the losses differ by {difference:.2e} from TRL's", where="bench distil")
    result = {f"{name}_tokens_per_s": float(np.median(found)) for name, found in speeds.items() if found}
    result |= {f"{name}_tokens_per_cpu_s": float(np.median(found)) for name, found in processor.items() if found}
    if "trl_padding_free" in losses:
        # Documents in one row are kept apart by their positions; where they are not, it is no fair rival.
        apart = float(np.abs(np.subtract(losses["trl_padding_free"], losses["trl"])).max())
        result["trl_padding_free_loss_difference"] = apart
    return result | {"loss_difference": difference, "first_loss": losses["ours"][0], "last_loss": losses["ours"][-1]}


def rival(found: dict[str, float]) -> float:
    """Return the tokens per second of TRL's best valid way."""
    speeds = [found["trl_tokens_per_s"]]
    if found.get("trl_padding_free_loss_difference", 1.0) <= LARGEST_LOSS_DIFFERENCE:
        speeds.append(found["trl_padding_free_tokens_per_s"])
    return max(speeds)


def measure(full: bool) -> dict[str, Figure]:
    """Return `sft_vs_trl`: our tokens per second over TRL's, with a character vocabulary; 32 000 pieces in the detail.

    Args:
        full: More rounds, and the large vocabulary.
    """
    small = compare(steps=40 if full else 15, vocabulary=CharacterTokenizer().size, rounds=3 if full else 1)
    detail: dict[str, float | str] = {f"characters_{key}": value for key, value in small.items()}
    if full:
        large = compare(steps=8, vocabulary=32_000, rounds=1)
        detail |= {f"32k_{key}": value for key, value in large.items()}
        detail["32k_ratio"] = large["ours_tokens_per_s"] / rival(large)
    ratio = small["ours_tokens_per_s"] / rival(small)
    return {"sft_vs_trl": Figure(value=ratio, unit="times", evidence=Evidence.MEASURED, detail=detail)}


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.encode(route(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))).decode() + "\n")
