"""Tokens written per second of one core beside transformers' `generate`: same weights, prompts, sampling, one run.

Two loads: `even`, where every answer is written greedily to the same length, which suits batches that end together; and
`ragged`, where answers are sampled and end when they end, as they do in life. transformers is given its best batch size
out of several, the attention that is faster, and prompts sorted by length; answers to the even load must be the same.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from sumika.evaluate.figure import Evidence, Figure
from sumika.schema import SumikaError

STOPS = 3  # pieces of the vocabulary that end an answer to the ragged load
ATTENTIONS = ("sdpa", "eager")
FEWEST_SAME = 0.95  # of the tokens: near ties may fall either way, and what follows a tie differs
LOADS = ("even", "ragged")


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much is written.

    Attributes:
        prompts: How many are answered.
        even_tokens: Of every answer to the even load.
        most_tokens: Of an answer to the ragged load.
        batches: That transformers may choose from.
        attentions: Likewise.
    """

    prompts: int
    even_tokens: int
    most_tokens: int
    batches: tuple[int, ...]
    attentions: tuple[str, ...]


FULL = Size(prompts=64, even_tokens=64, most_tokens=256, batches=(16, 32, 64), attentions=ATTENTIONS)
SHORT = Size(prompts=24, even_tokens=24, most_tokens=64, batches=(12, 24), attentions=ATTENTIONS[:1])
"""That both write the same, and what is timed, shows with a tenth of it too; how fast they are does not."""


class Timed(msgspec.Struct, frozen=True, kw_only=True):
    """What one process measured.

    Attributes:
        ours: By load: tokens per second of processor time in each round; other work on the machine disturbs it less.
        theirs: As `ours`, of transformers' best way.
        way: By load: attention and batch size of that way.
        same: Share of the even load's tokens that are the same.
    """

    ours: dict[str, list[float]]
    theirs: dict[str, list[float]]
    way: dict[str, str]
    same: float


Answers = list[list[int]]
Run = Callable[[], Answers]


def _prompts(vocabulary: int, count: int) -> Answers:
    draw = np.random.default_rng(5)
    prompts = [draw.integers(5, vocabulary, size=size).tolist() for size in draw.integers(8, 60, size=count)]
    return sorted(prompts, key=len)


def _stop_ids(vocabulary: int) -> list[int]:
    chosen = np.random.default_rng(6).choice(np.arange(5, vocabulary), size=STOPS, replace=False)
    return [int(token) for token in chosen]


def _ours(decoder: Any, load: str, prompts: Answers, size: Size) -> Run:
    from sumika.distil.language.generate import Generator, Request, Sampling

    even = load == "even"
    stops = [] if even else _stop_ids(decoder.shape.vocabulary)
    ragged = Sampling(temperature=1.0, max_tokens=size.most_tokens)
    sampling = Sampling(max_tokens=size.even_tokens) if even else ragged
    requests = [Request(token_ids=ids, seed=seed) for seed, ids in enumerate(prompts)]

    def run() -> Answers:
        return [one.token_ids for one in Generator(decoder, stops).run(requests, sampling)]

    return run


def _theirs(model: Any, load: str, prompts: Answers, size: Size, batch: int) -> Run:
    import torch

    stops = _stop_ids(model.config.vocab_size)
    more: dict[str, Any] = {"do_sample": False, "max_new_tokens": size.even_tokens, "eos_token_id": None}
    if load == "ragged":
        more = {"do_sample": True, "temperature": 1.0, "top_k": 0, "top_p": 1.0}
        more |= {"max_new_tokens": size.most_tokens, "eos_token_id": stops}

    def answers(part: Answers) -> Answers:
        longest = max(map(len, part))
        ids = torch.zeros(len(part), longest, dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for row, prompt in enumerate(part):
            ids[row, longest - len(prompt) :], mask[row, longest - len(prompt) :] = torch.tensor(prompt), 1
        with torch.inference_mode():
            made = model.generate(ids, attention_mask=mask, pad_token_id=0, use_cache=True, **more)
        return [_cut(row, stops if load == "ragged" else []) for row in made[:, longest:].tolist()]

    def run() -> Answers:
        return [one for first in range(0, len(prompts), batch) for one in answers(prompts[first : first + batch])]

    return run


def _cut(ids: list[int], stops: Sequence[int]) -> list[int]:
    return ids[: next((place for place, token in enumerate(ids) if token in stops), len(ids))]


def _speed(run: Run) -> float:
    begun = time.process_time()
    tokens = sum(map(len, run()))
    return tokens / (time.process_time() - begun)


def _models() -> tuple[Any, dict[str, Any]]:
    """Return our decoder, and transformers' model with its weights under each attention."""
    import tempfile
    from pathlib import Path

    import transformers

    from sumika.distil.language.decoder import Decoder
    from sumika.distil.language.folder import write_folder
    from sumika.distil.language.tokenizer import CharacterTokenizer
    from sumika.evaluate.distil.sft import shape_of

    decoder = Decoder(shape_of(CharacterTokenizer().size), seed=2)
    with tempfile.TemporaryDirectory() as name:
        write_folder(decoder, Path(name))
        load = transformers.AutoModelForCausalLM.from_pretrained
        models = {kind: load(name, attn_implementation=kind) for kind in ATTENTIONS}
    return decoder, models


def route(rounds: int, size: Size) -> Timed:
    """Measure both in this process, by turns, on one thread."""
    import torch

    torch.set_num_threads(1)
    decoder, models = _models()
    prompts = _prompts(decoder.shape.vocabulary, size.prompts)
    found = Timed(ours={}, theirs={}, way={}, same=_same(decoder, models[ATTENTIONS[0]], prompts, size))
    for load in LOADS:
        ways = {
            f"{kind}, {batch} at once": _theirs(models[kind], load, prompts, size, batch)
            for kind in size.attentions
            for batch in size.batches
        }
        tried = {way: _speed(run) for way, run in ways.items()}
        best = max(tried, key=lambda way: tried[way])
        ours = _ours(decoder, load, prompts, size)
        ours()  # both are warm
        pairs = [(_speed(ours), _speed(ways[best])) for _ in range(rounds)]
        found.ours[load], found.theirs[load] = [one for one, _ in pairs], [other for _, other in pairs]
        found.way[load] = best
    return found


def _same(decoder: Any, model: Any, prompts: Answers, size: Size) -> float:
    theirs = _theirs(model, "even", prompts, size, size.prompts)
    pairs = zip(_ours(decoder, "even", prompts, size)(), theirs(), strict=True)
    return float(np.mean([np.equal(ours, theirs) for ours, theirs in pairs]))


def _spawn(full: bool) -> Timed:
    one_thread = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "sumika.evaluate.distil.serving", *(["full"] if full else [])]
    done = subprocess.run(command, env=os.environ | one_thread, capture_output=True, check=False)
    if done.returncode:
        raise SumikaError(
            f"generating failed: {done.stderr.decode(errors='replace')[-800:]}",
            where="bench distil",
            remedy="Install the distillation works: pip install 'sumika[distil]'.",
        )
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Timed)


def measure(full: bool) -> dict[str, Figure]:
    """Return `serving_vs_transformers`.

    Args:
        full: Nothing is measured otherwise: loading transformers alone takes a quick run's time.

    Raises:
        SumikaError: if the two do not write the same.
    """
    return {"serving_vs_transformers": against_transformers(many=True)} if full else {}


def against_transformers(*, many: bool) -> Figure:
    """Return our tokens per second over transformers', of the load where that is less.

    Args:
        many: More rounds of longer answers, and more ways of transformers to choose the best from.

    Raises:
        SumikaError: if the two do not write the same.
    """
    found = _spawn(many)
    if found.same < FEWEST_SAME:
        raise SumikaError(f"only {found.same:.1%} of the tokens are those of transformers", where="bench distil")
    detail: dict[str, float | str] = {"same_tokens": found.same}
    ratios = {}
    for load in LOADS:
        pairs = zip(found.ours[load], found.theirs[load], strict=True)
        ratios[load] = float(np.median([ours / theirs for ours, theirs in pairs]))
        detail[f"{load}_ratio"] = ratios[load]
        detail[f"{load}_ours_tokens_per_cpu_s"] = float(np.median(found.ours[load]))
        detail[f"{load}_transformers_tokens_per_cpu_s"] = float(np.median(found.theirs[load]))
        detail[f"{load}_transformers_way"] = found.way[load]
    return Figure(value=min(ratios.values()), unit="times", evidence=Evidence.MEASURED, detail=detail)


if __name__ == "__main__":
    measured = route(5, FULL) if "full" in sys.argv else route(1, SHORT)
    sys.stdout.write(msgspec.json.encode(measured).decode() + "\n")
