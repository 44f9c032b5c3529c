"""Models in the store: what is kept comes back to the bit, small ones as one object, large ones file by file."""

from pathlib import Path

import pytest
import torch

from sumika.distil.export.safetensors import write_tokenizer
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.kept import keep, keep_model, kept, kept_model, put_folder
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import SPECIAL, CharacterTokenizer, FolderTokenizer
from sumika.distil.store import DamagedError, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def decoder_of(tokenizer: CharacterTokenizer, seed: int = 1) -> Decoder:
    shape = DecoderShape(
        vocabulary=tokenizer.size, width=16, layers=1, heads=2, key_value_heads=1, hidden=32, context=64
    )
    return Decoder(shape, seed=seed)


def same(first: Decoder, second: Decoder) -> bool:
    ours, theirs = dict(first.named_parameters()), dict(second.named_parameters())
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_small_model_is_one_object_with_its_alphabet(store: Store) -> None:
    tokenizer = CharacterTokenizer("abc ", (*SPECIAL, "lists"))
    decoder = decoder_of(tokenizer)
    outputs = keep(store, decoder, tokenizer)
    assert list(outputs) == ["model"]
    found, alphabet = kept(store, outputs)
    assert same(found, decoder)
    assert found.shape == decoder.shape
    assert not found.training
    assert alphabet.fingerprint == tokenizer.fingerprint
    assert alphabet.encode("a lists b") == tokenizer.encode("a lists b")


def test_equal_models_have_one_name_and_others_another(store: Store) -> None:
    tokenizer = CharacterTokenizer()
    digest = keep_model(store, decoder_of(tokenizer), tokenizer)
    assert keep_model(store, decoder_of(tokenizer), tokenizer) == digest
    assert keep_model(store, decoder_of(tokenizer, seed=2), tokenizer) != digest
    assert same(kept_model(store, digest)[0], decoder_of(tokenizer))


def test_a_damaged_model_is_never_loaded(store: Store) -> None:
    tokenizer = CharacterTokenizer()
    outputs = keep(store, decoder_of(tokenizer), tokenizer)
    path = store.path_of(outputs["model"])
    content = bytearray(path.read_bytes())
    content[-200] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(DamagedError, match="is damaged"):
        kept(store, outputs)


def test_a_large_model_is_a_folder_file_by_file(store: Store, tmp_path: Path) -> None:
    characters = CharacterTokenizer()
    decoder = decoder_of(characters)
    (tmp_path / "from").mkdir()
    write_tokenizer(characters, tmp_path / "from")
    outputs = keep(store, decoder, FolderTokenizer(tmp_path / "from"))
    assert {"file:config.json", "file:tokenizer.json"} <= set(outputs)
    assert any(name.endswith(".safetensors") for name in outputs)
    found, tokenizer = kept(store, outputs)
    assert same(found, decoder)
    assert not found.training
    assert isinstance(tokenizer, FolderTokenizer)
    assert tokenizer.encode("12+3") == FolderTokenizer(tmp_path / "from").encode("12+3")
    half, _ = kept(store, outputs, dtype=torch.bfloat16)
    assert {weight.dtype for weight in half.parameters()} == {torch.bfloat16}
    assert [path for path in (store.folder / "work").iterdir() if path.is_dir()] == [], "nothing is left lying about"


@pytest.mark.parametrize("links", [True, False])
def test_files_are_laid_out_as_links_or_copies(
    store: Store, tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, target: Path) -> None:
        raise OSError("no links here")

    if not links:
        monkeypatch.setattr(Path, "hardlink_to", refused)
    outputs = {"file:config.json": store.put(b"{}"), "other": store.put(b"not a file of the model")}
    for _ in "twice":
        folder = put_folder(store, outputs, tmp_path / "model")
    assert [path.name for path in folder.iterdir()] == ["config.json"]
    assert (folder / "config.json").read_bytes() == b"{}"
    assert (store.path_of(outputs["file:config.json"]).stat().st_nlink == 2) is links
