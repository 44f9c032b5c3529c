"""What every process of a distillation run loads: torch, and nothing heavy that it does not use."""

import subprocess
import sys

HEAVY = (
    "torch._dynamo",
    "sympy",
    "sklearn",
    "datasketch",
    "pyarrow",
    "numba",
    "pandas",
    "pvlib",
    "pythermalcomfort",
    "sumika.world",
)
"""Each takes up to two seconds of a processor; a run over several workers would pay it in each."""

TRAINS = """
import sys
import sumika.cli._distil_kinds
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import Sample
from sumika.distil.language.settings import LanguageTrainSettings
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.training import train

shape = DecoderShape(vocabulary=8, width=8, layers=1, heads=1, key_value_heads=1, hidden=8, context=8)
train(Decoder(shape), [Sample(token_ids=[1, 2, 3], loss_from=1)], LanguageTrainSettings(epochs=1), None)
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_to_read_a_recipe_and_to_train_a_part_of_a_run_load_no_more_than_torch() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRAINS, *HEAVY], capture_output=True, text=True, timeout=250, check=True
    )
    assert done.stdout.split() == []
