"""How well training uses an accelerator: model FLOPs over its peak, on models of random weights."""

import gc
import time
from collections.abc import Callable

import msgspec
import numpy as np
import torch

from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import Sample
from sumika.distil.language.optimiser import make_optimiser
from sumika.distil.language.packing import PackedBatch, pack
from sumika.distil.language.settings import LanguageTrainSettings, LoraSettings, Precision
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.training import TraceSource, backward, prepare

PEAK_FLOPS = 989e12  # NVIDIA H100 and H200 SXM, dense bfloat16, data sheet
QWEN_7B = DecoderShape(
    vocabulary=152064,
    width=3584,
    layers=28,
    heads=28,
    key_value_heads=4,
    hidden=18944,
    context=32768,
    rope_base=1e6,
    tied=False,
    query_bias=True,
)
QWEN_32B = DecoderShape(
    vocabulary=152064,
    width=5120,
    layers=64,
    heads=40,
    key_value_heads=8,
    hidden=27648,
    context=32768,
    rope_base=1e6,
    tied=False,
    query_bias=True,
)
TINY = DecoderShape(
    vocabulary=512,
    width=64,
    layers=2,
    heads=4,
    key_value_heads=2,
    hidden=128,
    context=1024,
    tied=False,
    query_bias=True,
)
DOCUMENTS = (0.37, 0.27, 0.22, 0.14)  # shares of a packed sequence: several traces, as s1's 1 000 are (≈ 4 000 tokens)
PROMPT_SHARE = 0.05


class Utilisation(msgspec.Struct, frozen=True, kw_only=True):
    """What one way of training reached.

    Attributes:
        mfu: Model FLOPs per second over the peak; recomputed activations do not count as work.
        tokens_per_s: Tokens trained per second, the optimiser included.
        step_s: Seconds of a whole step.
        optimiser_s: Of these, the optimiser's.
        tokens: Of a step.
        memory_gb: Most memory claimed, 10^9 bytes.
        compiled: Whether the layers were compiled.
        checkpointing: Whether activations were computed twice.
        precision: Number format of weights and optimiser.
        loss: After the last step.
    """

    mfu: float
    tokens_per_s: float
    step_s: float
    optimiser_s: float
    tokens: int
    memory_gb: float
    compiled: bool
    checkpointing: bool
    precision: str
    loss: float


def documents(shape: DecoderShape, tokens: int, seed: int) -> PackedBatch:
    """Return a packed sequence of several documents of random tokens."""
    random = np.random.default_rng(seed)
    lengths = [int(tokens * share) for share in DOCUMENTS]
    lengths[-1] += tokens - sum(lengths)
    samples = [
        Sample(
            token_ids=random.integers(0, shape.vocabulary, length).tolist(),
            loss_from=max(1, int(length * PROMPT_SHARE)),
        )
        for length in lengths
    ]
    return pack(samples, range(len(samples)))


def batch_flops(shape: DecoderShape, batch: PackedBatch, *, frozen: bool = False) -> float:
    """Return the model FLOPs of forward and backward over a packed batch.

    Args:
        shape: Of the model.
        batch: Of what.
        frozen: Weights get no gradient (LoRA): two thirds of the matrices' work.
    """
    tokens = len(batch.token_ids)
    share = len(batch.loss_at) / tokens
    context = sum(length * length for length in batch.lengths) / tokens
    whole = tokens * shape.flops_per_token(round(context), train=True, output_share=share)
    if not frozen:
        return whole
    attention = tokens * 3 * 2.0 * shape.layers * 2 * shape.query_width * context / 2
    return attention + (whole - attention) * 2 / 3


class _Bench:
    """A model of random weights with its optimiser, timed step by step."""

    def __init__(self, shape: DecoderShape, settings: LanguageTrainSettings, device: str) -> None:
        self.shape, self.settings, self.device = shape, settings, device
        self.decoder = Decoder(shape, device=device, dtype=torch.bfloat16)
        prepare(self.decoder, msgspec.structs.replace(settings, compile=False), seed=0)
        self.optimiser = make_optimiser(self.decoder, settings)
        self.source = TraceSource([Sample(token_ids=[0, 0], loss_from=1)], settings, 0)

    def wait(self) -> float:
        """Return the time after the device has done everything."""
        if self.device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()

    def gradients(self, batches: list[PackedBatch]) -> float:
        """Add up the gradients of a step and return the loss."""
        scale = 1 / sum(len(batch.loss_at) for batch in batches)
        return sum(backward(self.decoder, self.source, self.settings, batch, scale) for batch in batches)

    def update(self) -> None:
        """Clip, step, forget the gradients."""
        weights = [weight for weight in self.decoder.parameters() if weight.grad is not None]
        torch.nn.utils.clip_grad_norm_(weights, self.settings.clip_norm)
        self.optimiser.step()
        self.optimiser.zero_grad()

    def measure(self, batches: list[PackedBatch], repeats: int, peak: float) -> Utilisation:
        """Warm up, then time whole steps; the median counts."""
        for _ in range(2):
            self.gradients(batches[:1])
            self.update()
        self.gradients(batches[:1])
        walls, updates, loss = [], [], 0.0
        self.optimiser.zero_grad()
        for _ in range(repeats):
            start = self.wait()
            loss = self.gradients(batches)
            middle = self.wait()
            self.update()
            end = self.wait()
            walls.append(end - start)
            updates.append(end - middle)
        wall = float(np.median(walls))
        tokens = sum(len(batch.token_ids) for batch in batches)
        frozen = self.settings.lora is not None
        return Utilisation(
            mfu=sum(batch_flops(self.shape, batch, frozen=frozen) for batch in batches) / wall / peak,
            tokens_per_s=tokens / wall,
            step_s=wall,
            optimiser_s=float(np.median(updates)),
            tokens=tokens,
            memory_gb=torch.cuda.max_memory_allocated() / 1e9 if self.device == "cuda" else 0.0,
            compiled=self.settings.compile,
            checkpointing=self.decoder.checkpointing,
            precision=self.settings.precision,
            loss=loss,
        )


def _forget() -> None:
    torch.compiler.reset()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def full_training(
    shape: DecoderShape,
    device: str,
    *,
    tokens: int,
    micro_batches: int,
    repeats: int,
    say: Callable[[str], None],
    deadline: float,
) -> list[Utilisation]:
    """Time full fine-tuning, eager and compiled; where memory does not suffice, with activations computed twice.

    Args:
        shape: Of the model.
        device: "cpu" or "cuda".
        tokens: Of each packed sequence.
        micro_batches: Packed sequences in an optimiser step.
        repeats: Steps timed.
        say: Takes lines of progress.
        deadline: `time.monotonic()` after which no further way is tried.

    Returns:
        What each way reached, best first.
    """
    batches = [documents(shape, tokens, seed) for seed in range(micro_batches)]
    memory = torch.cuda.get_device_properties(0).total_memory if device == "cuda" else 1 << 60
    # 10 bytes for each weight with the error carried along; without, 8.
    roomy = memory > shape.parameters() * 10 * 1.25
    precision = Precision.BFLOAT16 if roomy else Precision.BFLOAT16_STOCHASTIC
    settings = LanguageTrainSettings(precision=precision, compile=True, learning_rate=1e-5)
    say(f"building {shape.parameters() / 1e9:.2f} x 10^9 weights, {precision}")
    bench = _Bench(shape, settings, device)
    found: list[Utilisation] = []
    for compiled in (False, True):
        if found and time.monotonic() > deadline:
            break
        bench.settings = msgspec.structs.replace(settings, compile=compiled)
        if compiled:
            for block in bench.decoder.model.layers:
                block.compile()
        try:
            found.append(_that_fits(bench, batches, repeats, say))
            say(str(found[-1]))
        except Exception as error:  # a compiler may fail in any way, and eager results stand
            if not found:
                raise
            say(f"compiling failed: {str(error)[:500]}")
    return sorted(found, key=lambda one: -one.mfu)


def _that_fits(bench: _Bench, batches: list[PackedBatch], repeats: int, say: Callable[[str], None]) -> Utilisation:
    """Measure; where memory does not suffice, once more with activations computed twice (and so from then on)."""
    try:
        return bench.measure(batches, repeats, PEAK_FLOPS)
    except torch.OutOfMemoryError:
        if bench.decoder.checkpointing:
            raise
        say("memory does not suffice to keep activations: they are computed twice")
    bench.decoder.checkpointing = True
    bench.optimiser.zero_grad()
    gc.collect()
    torch.cuda.empty_cache()
    return bench.measure(batches, repeats, PEAK_FLOPS)


def lora_layers(
    shape: DecoderShape, device: str, *, tokens: int, few: int, more: int, repeats: int, compiled: bool
) -> dict[str, float]:
    """Time LoRA on two short stacks of a large model's layers and extrapolate to all of them.

    Returns:
        Seconds per layer, seconds of everything else, seconds of a packed sequence through the whole model, tokens/s.
    """
    seconds: dict[int, float] = {}
    for layers in (few, more):
        _forget()
        part = msgspec.structs.replace(shape, layers=layers)
        settings = LanguageTrainSettings(precision=Precision.BFLOAT16, lora=LoraSettings(), compile=False)
        bench = _Bench(part, settings, device)
        bench.decoder.checkpointing = True  # 64 layers' activations do not fit beside the weights
        if compiled:
            for block in bench.decoder.model.layers:
                block.compile()
        seconds[layers] = bench.measure([documents(part, tokens, 0)], repeats, PEAK_FLOPS).step_s
        del bench
    per_layer = (seconds[more] - seconds[few]) / (more - few)
    rest = seconds[few] - few * per_layer
    whole = shape.layers * per_layer + rest
    work = batch_flops(shape, documents(shape, tokens, 0), frozen=True)
    return {
        "layer_s": per_layer,
        "rest_s": rest,
        "sequence_s": whole,
        "tokens_per_s": tokens / whole,
        "mfu": work / whole / PEAK_FLOPS,
    }
