"""Language models in the store: small ones as one object with their alphabet, large ones as a folder, file by file."""

import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import safetensors.torch
import torch
from torch import Tensor

from sumika.distil.language.decoder import Decoder
from sumika.distil.language.folder import read_folder, write_folder
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import CharacterTokenizer, FolderTokenizer, Tokenizer
from sumika.distil.store import Store

PARTS = ("shape.json", "alphabet.json", "model.safetensors")
ONE, FILE = "model", "file:"


def keep(store: Store, decoder: Decoder, tokenizer: Tokenizer) -> dict[str, str]:
    """Write a model with its tokenizer and return its objects by name; equal models give equal digests."""
    if isinstance(tokenizer, CharacterTokenizer):
        return {ONE: keep_model(store, decoder, tokenizer)}
    assert isinstance(tokenizer, FolderTokenizer)
    with tempfile.TemporaryDirectory(dir=store.folder / "work") as name:
        folder = Path(name)
        write_folder(decoder, folder, tokenizer_from=tokenizer.path.parent)
        return {f"{FILE}{path.name}": store.put_file(path) for path in sorted(folder.iterdir())}


def kept(
    store: Store, outputs: Mapping[str, str], *, device: str = "cpu", dtype: torch.dtype = torch.float32
) -> tuple[Decoder, Tokenizer]:
    """Return what `keep` wrote.

    Args:
        store: Where it lies.
        outputs: What `keep` returned.
        device: Where the weights shall lie.
        dtype: Of a large model's weights in memory.
    """
    if ONE in outputs:
        decoder, tokenizer = kept_model(store, outputs[ONE])
        return decoder.to(device), tokenizer
    with tempfile.TemporaryDirectory(dir=store.folder / "work") as name:
        folder = put_folder(store, outputs, Path(name))
        large = read_folder(folder, device=device, dtype=dtype)
        large.eval()
        return large, FolderTokenizer(folder)


def put_folder(store: Store, outputs: Mapping[str, str], folder: Path) -> Path:
    """Lay a large model's files into a folder, as links where the disk allows it, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, digest in outputs.items():
        if name.startswith(FILE):
            source, target = store.path_of(digest), folder / name.removeprefix(FILE)
            target.unlink(missing_ok=True)
            try:
                target.hardlink_to(source)
            except OSError:
                shutil.copyfile(source, target)
    return folder


def keep_model(store: Store, decoder: Decoder, tokenizer: CharacterTokenizer) -> str:
    """Write a small model with its alphabet and return the digest; equal models give equal digests."""
    alphabet = {"characters": tokenizer.characters, "special": tokenizer.special}
    # In the order of the names: a tied output layer appears once.
    weights: dict[str, Tensor] = {
        name: weight.detach().cpu().contiguous() for name, weight in decoder.named_parameters()
    }
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
