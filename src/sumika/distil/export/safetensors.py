"""A student as a Hugging Face folder that transformers loads: config, weights, tokenizer."""

from pathlib import Path

import msgspec

from sumika.distil.language.decoder import Decoder
from sumika.distil.language.folder import write_folder
from sumika.distil.language.tokenizer import (
    UNKNOWN,
    CharacterTokenizer,
    FolderTokenizer,
    Tokenizer,
    byte_pieces,
    check_tokenizer,
)
from sumika.distil.store import write_whole
from sumika.schema import SumikaError


def write_tokenizer(tokenizer: CharacterTokenizer, folder: Path, *, byte_level: bool = False) -> None:
    """Write an alphabet as tokenizer.json with the same numbers: BPE of single characters, without merges.

    Args:
        tokenizer: The alphabet.
        folder: Where.
        byte_level: Name characters by the letters of their bytes. transformers builds the tokenizer of a Qwen2 model
            anew from the pieces alone, whatever the file and the stated class say, and takes them for bytes. There
            is no unknown piece among bytes: characters outside the alphabet vanish in transformers.

    Raises:
        SumikaError: if an alphabet with characters of several bytes is to be written byte by byte.
    """
    import tokenizers
    from tokenizers import decoders, models, pre_tokenizers

    pieces = byte_pieces(tokenizer) if byte_level else [tokenizer.decode([row]) for row in range(tokenizer.size)]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    made = tokenizers.Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token=UNKNOWN))
    if byte_level:
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel() if byte_level else decoders.Fuse()
    made.add_special_tokens(list(tokenizer.special))
    write_whole(folder / "tokenizer.json", made.to_str().encode())
    end = pieces[tokenizer.end_id]
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": end,
        "pad_token": end,  # left out, Qwen2's own would be added, with a number that the model does not have
        "unk_token": UNKNOWN,
        "clean_up_tokenization_spaces": False,
    }
    write_whole(folder / "tokenizer_config.json", msgspec.json.encode(settings))
    tokenizer.save(folder / "alphabet.json")


def export_safetensors(decoder: Decoder, tokenizer: Tokenizer, folder: Path) -> Path:
    """Write the folder and return it.

    Raises:
        SumikaError: if the tokenizer is not the model's, or of a kind that cannot be written.
    """
    check_tokenizer(tokenizer, decoder.shape.vocabulary, where=str(folder))
    if not isinstance(tokenizer, CharacterTokenizer | FolderTokenizer):
        raise SumikaError(
            f"a {type(tokenizer).__name__} cannot be written",
            where=str(folder),
            remedy="Use one of Sumika's two kinds.",
        )
    source = tokenizer.path.parent if isinstance(tokenizer, FolderTokenizer) else None
    write_folder(decoder, folder, tokenizer_from=source)
    if isinstance(tokenizer, CharacterTokenizer):
        write_tokenizer(tokenizer, folder, byte_level=decoder.shape.query_bias)
    write_whole(folder / "generation_config.json", msgspec.json.encode({"eos_token_id": tokenizer.end_id}))
    return folder
