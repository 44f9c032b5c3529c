"""A student as a Hugging Face folder that transformers loads: config, weights, tokenizer."""

from pathlib import Path

import msgspec

from sumika.distil.language.decoder import Decoder
from sumika.distil.language.folder import write_folder
from sumika.distil.language.tokenizer import UNKNOWN, CharacterTokenizer, FolderTokenizer, Tokenizer, check_tokenizer
from sumika.distil.store import write_whole
from sumika.schema import SumikaError


def write_tokenizer(tokenizer: CharacterTokenizer, folder: Path) -> None:
    """Write an alphabet as tokenizer.json with the same numbers: BPE of single characters, without merges."""
    import tokenizers
    from tokenizers import decoders, models

    pieces = [tokenizer.decode([number]) for number in range(tokenizer.size)]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    made = tokenizers.Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token=UNKNOWN))
    made.decoder = decoders.Fuse()
    made.add_special_tokens(list(tokenizer.special))
    write_whole(folder / "tokenizer.json", made.to_str().encode())
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": pieces[tokenizer.end_id],
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
        write_tokenizer(tokenizer, folder)
    write_whole(folder / "generation_config.json", msgspec.json.encode({"eos_token_id": tokenizer.end_id}))
    return folder
