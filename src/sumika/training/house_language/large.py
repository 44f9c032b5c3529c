"""What `house-0.6b` will take on one large GPU, with the arithmetic; nobody has run it here."""

from pathlib import Path

import numpy as np

from sumika.distil.language.shape import DecoderShape
from sumika.distil.ledger.calibrate import accelerator
from sumika.distil.ledger.memory import training_memory_gb
from sumika.distil.ledger.prices import Prices
from sumika.distil.ledger.quote import Quote, language_training, sampled_lengths
from sumika.distil.recipe import LanguageRecipe
from sumika.distil.sentence_data import LEARNT
from sumika.settings_file import read_settings
from sumika.training.house_language.source import HOUSE_LANGUAGE
from sumika.training.house_language.written import example_of
from sumika.training.recipes import LANGUAGE_RECIPES

NAME = "house-0.6b"
QWEN_HALF_B = DecoderShape(
    vocabulary=151_936,
    width=896,
    layers=24,
    heads=14,
    key_value_heads=2,
    hidden=4864,
    context=32_768,
    tied=True,
    query_bias=True,
)
"""Sizes of Qwen2.5-0.5B, from its published config.json."""
SAMPLED = 1000
ASKED_TOKENS = 9
"""Of the marks of a chat around each sentence."""
BYTES_PER_TOKEN = 3.0
"""Of Japanese and of JSON in tokenizers of large models, about."""


def large_quote(prices: Prices, *, gpu: str = "h200", measured: Path | None = None) -> Quote:
    """Return the quote of `house-0.6b`: every weight is trained, from the lengths of some of its very sentences.

    Args:
        prices: To pay.
        gpu: Kind.
        measured: File of measured utilisations; None for those that come with the package.
    """
    from sumika.distil.ledger.s1 import MEASURED

    recipe = read_settings(LANGUAGE_RECIPES[NAME], LanguageRecipe)
    texts = HOUSE_LANGUAGE.read({"sentences": SAMPLED // 2, "scored": 1, "held_share": 0.0})
    examples = [example_of(line) for line in texts.lines if line.part == LEARNT]
    lengths = [ASKED_TOKENS + len((one.prompt + one.answer).encode()) / BYTES_PER_TOKEN for one in examples]
    stage = language_training(
        "train",
        QWEN_HALF_B,
        samples=recipe.choose.count or SAMPLED,
        lengths=sampled_lengths([int(np.ceil(one)) for one in lengths], f"{len(examples)} of its sentences"),
        epochs=recipe.train.epochs,
        speed=accelerator(gpu, "full", measured or MEASURED),
        prices=prices,
        memory_gb=training_memory_gb(
            QWEN_HALF_B, trained=QWEN_HALF_B.parameters(), micro_tokens=recipe.train.micro_tokens
        ),
    )
    return Quote(name=NAME, stages=(stage,), prices=prices.values())
