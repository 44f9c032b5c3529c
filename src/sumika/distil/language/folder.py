"""Reading and writing a Hugging Face folder: config.json, safetensors (one file or shards), tokenizer files."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import safetensors
import safetensors.torch
import torch
from torch import Tensor

from sumika.distil.language.decoder import Decoder
from sumika.distil.language.lora import merge_lora
from sumika.distil.language.shape import DecoderShape
from sumika.distil.store import write_whole
from sumika.schema import UNREADABLE, SumikaError

ARCHITECTURES = {"llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM"}
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "vocab.json",
    "merges.txt",
    "generation_config.json",
)
SHARD_BYTES = 4 << 30


def read_shape(folder: Path) -> DecoderShape:
    """Return the shape that a folder's config.json states.

    Raises:
        SumikaError: if it cannot be read or is of another family, or of positions that are stretched.
    """
    path = folder / "config.json"
    try:
        stated: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        shape = _shape_of(stated)
    except (OSError, *UNREADABLE, KeyError, TypeError) as error:
        raise SumikaError(
            f"no description of a model can be read ({error!r})", where=str(path), remedy="Name a Hugging Face folder."
        ) from error
    kind = str(stated.get("model_type", ""))
    rotation = stated.get("rope_parameters") or stated.get("rope_scaling") or {}
    problem = ""
    if kind not in ARCHITECTURES:
        problem = f"models of the kind '{kind}' are not supported, only {', '.join(ARCHITECTURES)}"
    elif rotation.get("rope_type", rotation.get("type", "default")) not in {"default", None}:
        problem = f"stretched rotary positions are not supported: {rotation}"
    elif stated.get("use_sliding_window"):
        problem = "attention within a sliding window is not supported"
    elif stated.get("mlp_bias") or (kind == "llama" and stated.get("attention_bias")):
        problem = "biases outside queries, keys and values are not supported"
    elif stated.get("hidden_act", "silu") != "silu":
        problem = f"the activation {stated['hidden_act']} is not supported, only silu"
    if problem:
        raise SumikaError(problem, where=str(path), remedy="Choose a Llama, Qwen2 or Qwen2.5 model.")
    return shape


def _shape_of(stated: dict[str, Any]) -> DecoderShape:
    rotation = stated.get("rope_parameters") or {}
    return DecoderShape(
        vocabulary=stated["vocab_size"],
        width=stated["hidden_size"],
        layers=stated["num_hidden_layers"],
        heads=stated["num_attention_heads"],
        key_value_heads=stated.get("num_key_value_heads") or stated["num_attention_heads"],
        hidden=stated["intermediate_size"],
        context=stated["max_position_embeddings"],
        head_width=stated.get("head_dim") or 0,
        rope_base=float(rotation.get("rope_theta") or stated.get("rope_theta") or 10_000.0),
        tied=bool(stated.get("tie_word_embeddings", False)),
        query_bias=stated.get("model_type") == "qwen2",
        norm_epsilon=float(stated.get("rms_norm_eps", 1e-6)),
    )


def weight_files(folder: Path) -> list[Path]:
    """Return the safetensors files of a folder.

    Raises:
        SumikaError: if there are none, a shard is missing, or there are pickled weights only.
    """
    index = folder / "model.safetensors.index.json"
    if index.exists():
        names = sorted(set(msgspec.json.decode(index.read_bytes())["weight_map"].values()))
        missing = [name for name in names if not (folder / name).is_file() or Path(name).name != name]
        if missing:
            raise SumikaError(f"shards are missing: {', '.join(missing)}", where=str(folder), remedy="Copy them too.")
        return [folder / name for name in names]
    if (folder / "model.safetensors").is_file():
        return [folder / "model.safetensors"]
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt*")):
        raise SumikaError(
            "the weights are pickled (.bin, .pt), which may run any program when read",
            where=str(folder),
            remedy="Convert them to safetensors first, or take the model's safetensors files.",
        )
    raise SumikaError("there are no weights (model.safetensors)", where=str(folder), remedy="Name a whole folder.")


def read_folder(folder: Path, *, device: str = "cpu", dtype: torch.dtype = torch.float32) -> Decoder:
    """Read a model; weights go to the device one tensor at a time.

    Args:
        folder: A Hugging Face folder of the Llama, Qwen2 or Qwen2.5 family.
        device: Where the weights shall lie.
        dtype: Of the weights in memory.

    Raises:
        SumikaError: if it cannot be read, with what is missing or does not fit.
    """
    decoder = Decoder(read_shape(folder), device=device, dtype=dtype)
    own = dict(decoder.named_parameters())
    missing = set(own)
    for path in weight_files(folder):
        for name, tensor in _tensors(path, device):
            target = own.get(name)
            if target is None:
                continue  # a tied head written out, rotary tables of old versions
            if target.shape != tensor.shape:
                raise SumikaError(
                    f"{name} is {tuple(tensor.shape)}, config.json says {tuple(target.shape)}",
                    where=str(path),
                    remedy="The files are of different models: copy the folder again.",
                )
            with torch.no_grad():
                target.copy_(tensor)
            missing.discard(name)
    if missing:
        raise SumikaError(
            f"{len(missing)} weights are missing, the first is {min(missing)}",
            where=str(folder),
            remedy="Copy the folder again.",
        )
    return decoder


def _tensors(path: Path, device: str) -> Iterator[tuple[str, Tensor]]:
    try:
        with safetensors.safe_open(path, framework="pt", device=device) as file:
            for name in file.keys():  # noqa: SIM118 - the file is no dict and iterates by keys() alone
                yield name, file.get_tensor(name)
    except (OSError, safetensors.SafetensorError) as error:
        raise SumikaError(
            f"the weights cannot be read ({error})", where=str(path), remedy="Copy the file again."
        ) from error


def configuration(shape: DecoderShape, dtype: torch.dtype = torch.float32) -> dict[str, Any]:
    """Return what config.json says of a shape."""
    kind = "qwen2" if shape.query_bias else "llama"
    return {
        "architectures": [ARCHITECTURES[kind]],
        "model_type": kind,
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.width,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.key_value_heads,
        "intermediate_size": shape.hidden,
        "max_position_embeddings": shape.context,
        "head_dim": shape.head_size,
        "hidden_act": "silu",
        "rms_norm_eps": shape.norm_epsilon,
        "rope_theta": shape.rope_base,
        "rope_parameters": {"rope_type": "default", "rope_theta": shape.rope_base},
        "tie_word_embeddings": shape.tied,
        "torch_dtype": str(dtype).removeprefix("torch."),
    }


def write_folder(decoder: Decoder, folder: Path, *, tokenizer_from: Path | None = None) -> None:
    """Write a model as a Hugging Face folder; low-rank additions are folded in first.

    Args:
        decoder: What to write, in the type its weights have.
        folder: Where; made if it does not exist.
        tokenizer_from: A folder whose tokenizer files are copied.

    Raises:
        StoreError: if the disk is full.
    """
    merge_lora(decoder)
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: weight.detach().cpu().contiguous() for name, weight in decoder.named_parameters()}
    shards: list[dict[str, Tensor]] = [{}]
    room = SHARD_BYTES
    for name, weight in weights.items():
        if shards[-1] and weight.nbytes > room:
            shards.append({})
            room = SHARD_BYTES
        shards[-1][name] = weight
        room -= weight.nbytes
    names = ["model.safetensors"]
    if len(shards) > 1:
        names = [f"model-{number + 1:05d}-of-{len(shards):05d}.safetensors" for number in range(len(shards))]
        where = {weight: name for name, shard in zip(names, shards, strict=True) for weight in shard}
        total = sum(weight.nbytes for weight in weights.values())
        index = {"metadata": {"total_size": total}, "weight_map": where}
        write_whole(folder / "model.safetensors.index.json", msgspec.json.encode(index))
    for name, shard in zip(names, shards, strict=True):
        write_whole(folder / name, safetensors.torch.save(shard, metadata={"format": "pt"}))
    stated = msgspec.json.encode(configuration(decoder.shape, decoder.embedding.dtype))
    write_whole(folder / "config.json", msgspec.json.format(stated, indent=2))
    for name in TOKENIZER_FILES if tokenizer_from else ():
        if tokenizer_from and (tokenizer_from / name).is_file():
            shutil.copyfile(tokenizer_from / name, folder / name)
