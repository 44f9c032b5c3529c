"""A student as one GGUF file for llama.cpp: Llama or Qwen2 architecture, f32, f16 or Q8_0, tokenizer within."""

from pathlib import Path
from typing import Any

import gguf
import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.language.decoder import Decoder
from sumika.distil.language.lora import merge_lora
from sumika.distil.language.tokenizer import (
    CharacterTokenizer,
    FolderTokenizer,
    Tokenizer,
    byte_pieces,
    check_tokenizer,
)
from sumika.schema import SumikaError

KINDS = {
    "f32": gguf.GGMLQuantizationType.F32,
    "f16": gguf.GGMLQuantizationType.F16,
    "q8_0": gguf.GGMLQuantizationType.Q8_0,
}
FILE_TYPES = {
    "f32": gguf.LlamaFileType.ALL_F32,
    "f16": gguf.LlamaFileType.MOSTLY_F16,
    "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
}
PARTS = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def interleaved(weight: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Return queries' or keys' weights in the order of llama.cpp's Llama: rotated pairs side by side, not in halves."""
    size = weight.shape[0] // heads
    halves = weight.reshape(heads, 2, size // 2, *weight.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(weight.shape)


def export_gguf(decoder: Decoder, tokenizer: Tokenizer, path: Path, *, kind: str = "q8_0") -> Path:
    """Write the file and return its path.

    Args:
        decoder: The student; low-rank additions are folded in first.
        tokenizer: Its own.
        path: Of the file.
        kind: "f32", "f16" or "q8_0" for matrices; norms and biases stay f32.

    Raises:
        SumikaError: if the tokenizer is not the model's or the shape does not suit the kind.
    """
    check_tokenizer(tokenizer, decoder.shape.vocabulary, where=str(path))
    if kind not in KINDS:
        raise SumikaError(f"'{kind}' is no kind of GGUF weights", where="export", remedy=f"Use {', '.join(KINDS)}.")
    shape = decoder.shape
    if kind == "q8_0" and any(size % 32 for size in (shape.width, shape.hidden, shape.query_width)):
        raise SumikaError(
            f"Q8_0 needs widths that are multiples of 32, found {shape.width}, {shape.hidden}, {shape.query_width}",
            where="export",
            remedy="Use f16, or change the sizes of the student.",
        )
    merge_lora(decoder)
    architecture = "qwen2" if shape.query_bias else "llama"
    writer = gguf.GGUFWriter(path, architecture)
    _describe(writer, decoder, kind)
    _add_tokenizer(writer, tokenizer, shape.vocabulary)
    for name, weight in decoder.named_parameters():
        _add(writer, name, weight.detach().float().cpu().numpy(), decoder, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _describe(writer: gguf.GGUFWriter, decoder: Decoder, kind: str) -> None:
    shape = decoder.shape
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_value_heads)
    writer.add_key_length(shape.head_size)
    writer.add_value_length(shape.head_size)
    writer.add_rope_dimension_count(shape.head_size)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(FILE_TYPES[kind])


def _add(writer: gguf.GGUFWriter, name: str, weight: NDArray[np.float32], decoder: Decoder, kind: str) -> None:
    names = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}
    names["lm_head.weight"] = "output.weight"
    if name in names:
        told = names[name]
    else:
        _, _, layer, rest = name.split(".", 3)
        part, ending = rest.rsplit(".", 1)
        told = f"blk.{layer}.{PARTS[part]}.{ending}"
        if not decoder.shape.query_bias and part.endswith(("q_proj", "k_proj")):
            heads = decoder.shape.heads if part.endswith("q_proj") else decoder.shape.key_value_heads
            weight = interleaved(weight, heads)
    if weight.ndim == 1:
        writer.add_tensor(told, weight)
        return
    writer.add_tensor(told, gguf.quants.quantize(weight, KINDS[kind]), raw_dtype=KINDS[kind])


def _pieces(tokenizer: Tokenizer) -> tuple[list[str], list[str], set[int]]:
    """Return pieces, merges, and the numbers of special pieces."""
    if isinstance(tokenizer, CharacterTokenizer):
        # llama.cpp wants at least one merge: one of two letters that no text has.
        return byte_pieces(tokenizer), ["\u0100 \u0101"], set(range(len(tokenizer.special)))
    if not isinstance(tokenizer, FolderTokenizer):
        raise SumikaError("this kind of tokenizer has no GGUF form", where="export", remedy="Export safetensors.")
    told: dict[str, Any] = msgspec.json.decode(tokenizer.path.read_bytes())
    model, added = told["model"], told.get("added_tokens", [])
    if model.get("type") != "BPE" or "ByteLevel" not in tokenizer.path.read_text():
        raise SumikaError(
            f"tokenizers of the kind {model.get('type')} are not supported, only byte-level BPE (Qwen2, Llama 3)",
            where=str(tokenizer.path),
            remedy="Export safetensors, and convert with llama.cpp's own convert_hf_to_gguf.py.",
        )
    numbers = model["vocab"] | {piece["content"]: piece["id"] for piece in added}
    pieces = [""] * tokenizer.size
    for piece, number in numbers.items():
        pieces[number] = piece
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    return pieces, merges or ["\u0100 \u0101"], {piece["id"] for piece in added}


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer, vocabulary: int) -> None:
    pieces, merges, special = _pieces(tokenizer)
    kinds = [gguf.TokenType.CONTROL if row in special else gguf.TokenType.NORMAL for row in range(len(pieces))]
    pieces += [f"[PAD{number}]" for number in range(len(pieces), vocabulary)]
    kinds += [gguf.TokenType.UNUSED] * (vocabulary - len(kinds))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2" if isinstance(tokenizer, CharacterTokenizer) else "qwen2")
    writer.add_token_list(pieces)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_eos_token_id(tokenizer.end_id)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
