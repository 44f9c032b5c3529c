"""Language models in the store: weights as safetensors, shape and alphabet as JSON, one object."""

import io
import json
import zipfile

import msgspec
import safetensors.torch
from torch import Tensor

from sumika.distil.language.decoder import Decoder
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import CharacterTokenizer
from sumika.distil.store import Store

PARTS = ("shape.json", "alphabet.json", "model.safetensors")


def keep_model(store: Store, decoder: Decoder, tokenizer: CharacterTokenizer) -> str:
    """Write a model with its tokenizer and return the digest; equal models give equal digests."""
    alphabet = {"characters": tokenizer.characters, "special": tokenizer.special}
    # In the order of the names: a tied output layer appears once.
    weights: dict[str, Tensor] = {name: weight.detach().contiguous() for name, weight in decoder.named_parameters()}
    parts = (msgspec.json.encode(decoder.shape), json.dumps(alphabet).encode(), safetensors.torch.save(weights))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in zip(PARTS, parts, strict=True):
            archive.writestr(zipfile.ZipInfo(name), content)  # a ZipInfo carries no time of day
    return store.put(buffer.getvalue())


def kept_model(store: Store, digest: str) -> tuple[Decoder, CharacterTokenizer]:
    """Return what `keep_model` wrote."""
    with zipfile.ZipFile(io.BytesIO(store.get(digest))) as archive:
        shape, alphabet, weights = (archive.read(name) for name in PARTS)
    decoder = Decoder(msgspec.json.decode(shape, type=DecoderShape))
    decoder.load_state_dict(safetensors.torch.load(weights))
    decoder.eval()
    stated = json.loads(alphabet)
    return decoder, CharacterTokenizer(stated["characters"], tuple(stated["special"]))
