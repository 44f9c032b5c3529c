"""Model FLOPs utilisation of training on one accelerator: `python -m sumika.evaluate.distil.mfu --json`."""

import argparse
import sys
import time

import msgspec
import torch

from sumika.distil.language import utilisation

DEADLINE_S = 150.0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def measure(device: str, *, tiny: bool, tokens: int, micro_batches: int, repeats: int, lora: bool) -> dict[str, object]:
    """Return what full training of a 7B shape reached, and what LoRA on a 32B shape would.

    Args:
        device: "cuda", or "cpu" for a trial.
        tiny: Small shapes in place of both.
        tokens: Of a packed sequence.
        micro_batches: Packed sequences in an optimiser step.
        repeats: Steps timed.
        lora: Measure LoRA too.
    """
    deadline = time.monotonic() + DEADLINE_S
    shape = utilisation.TINY if tiny else utilisation.QWEN_7B
    ways = utilisation.full_training(
        shape, device, tokens=tokens, micro_batches=micro_batches, repeats=repeats, say=_say, deadline=deadline - 60
    )
    name = torch.cuda.get_device_name(0) if device == "cuda" else "cpu"
    result: dict[str, object] = {
        "device": name,
        "torch": str(torch.__version__),
        "parameters": shape.parameters(),
        "packed_tokens": tokens,
        "micro_batches": micro_batches,
        "peak_flops": utilisation.PEAK_FLOPS,
        "mfu_7b": ways[0].mfu,
        "ways": [msgspec.to_builtins(way) for way in ways],
    }
    if lora and time.monotonic() < deadline:
        large = utilisation.TINY if tiny else utilisation.QWEN_32B
        try:
            result["lora_32b"] = utilisation.lora_layers(
                large, device, tokens=tokens, few=2, more=6, repeats=repeats, compiled=ways[0].compiled
            )
        except Exception as error:  # the first figure stands whatever becomes of the second
            result["lora_32b_failed"] = str(error)[:500]
    return result


def main() -> None:
    """Measure and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one line of JSON (always so)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--tiny", action="store_true", help="small shapes, to try the script itself")
    parser.add_argument("--tokens", type=int, default=0, help="of a packed sequence; 8192 unless --tiny")
    parser.add_argument("--micro-batches", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--no-lora", action="store_true")
    chosen = parser.parse_args()
    result = measure(
        chosen.device,
        tiny=chosen.tiny,
        tokens=chosen.tokens or (512 if chosen.tiny else 8192),
        micro_batches=chosen.micro_batches,
        repeats=chosen.repeats,
        lora=not chosen.no_lora,
    )
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")


if __name__ == "__main__":
    main()
