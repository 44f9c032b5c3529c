"""The decoder: equal to transformers' models, no attention across sequences, cache equal to the whole pass, folders."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from safetensors.torch import save_file

from sumika.distil.language.decoder import Decoder, fake_int8
from sumika.distil.language.folder import configuration, read_folder, read_shape, write_folder
from sumika.distil.language.lora import add_lora, merge_lora
from sumika.distil.language.settings import LoraSettings
from sumika.distil.language.shape import DecoderShape
from sumika.schema import SumikaError

SHAPE = DecoderShape(
    vocabulary=50, width=32, layers=2, heads=4, key_value_heads=2, hidden=48, context=64, query_bias=True
)
LENGTHS = [5, 9, 3, 3, 12, 1, 7]


def tokens(count: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, SHAPE.vocabulary, (count,), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
@pytest.mark.parametrize("tied", [True, False])
def test_logits_equal_those_of_transformers(kind: str, tied: bool) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

    shape = msgspec.structs.replace(SHAPE, tied=tied, query_bias=kind == "qwen2", rope_base=5000.0)
    decoder = Decoder(shape, seed=3)
    with torch.no_grad():
        for name, weight in decoder.named_parameters():
            if weight.dim() == 1:
                weight.add_(0.1 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(len(name))))
    stated = configuration(shape)
    reference: Any = (
        LlamaForCausalLM(LlamaConfig(**stated)) if kind == "llama" else Qwen2ForCausalLM(Qwen2Config(**stated))
    )
    reference.load_state_dict(decoder.state_dict(), strict=not tied)
    ids = tokens(sum(LENGTHS))
    ours = decoder.logits(decoder.hidden_packed(ids, LENGTHS)).detach()
    theirs = torch.cat([reference.eval()(part[None]).logits[0] for part in torch.split(ids, LENGTHS)]).detach()
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


def test_a_sequence_does_not_change_with_its_neighbours() -> None:
    decoder = Decoder(SHAPE)
    ids = tokens(sum(LENGTHS))
    other = tokens(sum(LENGTHS), seed=9)
    start, end = 5, 14
    other[start:end] = ids[start:end]
    one = decoder.hidden_packed(ids, LENGTHS)[start:end]
    changed = decoder.hidden_packed(other, LENGTHS)[start:end]
    assert torch.equal(one, changed)
    torch.testing.assert_close(decoder.hidden_packed(ids[start:end], [9]), one, atol=1e-6, rtol=1e-5)


def test_no_gradient_flows_to_a_neighbour() -> None:
    decoder = Decoder(SHAPE)
    ids = torch.arange(20)
    decoder.hidden_packed(ids, [8, 12])[:8].square().sum().backward()  # type: ignore[no-untyped-call] # torch's own
    gradient = decoder.embedding.grad
    assert gradient is not None
    assert gradient[:8].abs().sum() > 0
    assert torch.equal(gradient[8:20], torch.zeros(12, 32))


def test_only_wanted_positions_give_the_same_as_all() -> None:
    decoder = Decoder(SHAPE)
    ids, wanted = tokens(sum(LENGTHS)), torch.tensor([2, 7, 30])
    whole = decoder.hidden_packed(ids, LENGTHS)
    torch.testing.assert_close(decoder.hidden_packed(ids, LENGTHS, wanted=wanted), whole[wanted], atol=1e-6, rtol=1e-5)


def test_the_cache_gives_what_the_whole_pass_gives() -> None:
    decoder = Decoder(SHAPE)
    texts = [tokens(12, seed) for seed in range(3)]
    read = [6, 4, 5]
    cache = decoder.new_cache(3, 20)
    decoder.prefill(torch.stack(texts)[:, :6], read, cache)
    found = {row: [] for row in range(3)}  # type: dict[int, list[torch.Tensor]]
    for place in range(3):
        states = decoder.step(torch.stack([text[at + place] for text, at in zip(texts, read, strict=True)]), cache)
        for row in range(3):
            found[row].append(states[row])
    last = decoder.step(texts[1][7][None], cache, torch.tensor([1]))
    found[1].append(last[0])
    cache.keep(torch.tensor([2, 1]))
    after = decoder.step(torch.stack((texts[2][8], texts[1][8])), cache)
    found[2].append(after[0])
    found[1].append(after[1])
    for row, text in enumerate(texts):
        count = read[row] + len(found[row])
        whole = decoder.hidden_packed(text[:count], [count])[read[row] :]
        torch.testing.assert_close(torch.stack(found[row]), whole, atol=1e-5, rtol=1e-5)


def test_a_full_cache_refuses_one_more() -> None:
    decoder = Decoder(SHAPE)
    cache = decoder.new_cache(1, 4)
    decoder.prefill(tokens(4)[None], [4], cache)
    with pytest.raises(ValueError, match="no room"):
        decoder.step(torch.tensor([1]), cache)


def test_recomputed_activations_give_the_same_gradients() -> None:
    gradients = []
    for checkpointing in (False, True):
        decoder = Decoder(SHAPE)
        decoder.checkpointing = checkpointing
        decoder.hidden_packed(tokens(40), [30, 10]).square().sum().backward()  # type: ignore[no-untyped-call] # torch's own
        gradients.append(decoder.embedding.grad)
    assert gradients[0] is not None
    assert gradients[1] is not None
    assert torch.equal(gradients[0], gradients[1])


def test_folded_additions_compute_the_same() -> None:
    decoder = Decoder(SHAPE)
    plain = decoder.hidden_packed(tokens(10), [10]).detach()
    add_lora(decoder, LoraSettings(rank=4), seed=1)
    assert torch.equal(decoder.hidden_packed(tokens(10), [10]).detach(), plain)
    assert sum(weight.requires_grad for weight in decoder.parameters()) == 2 * 7 * 2
    with torch.no_grad():
        for name, weight in decoder.named_parameters():
            if name.endswith("lora_b"):
                weight.normal_(0, 0.1, generator=torch.Generator().manual_seed(1))
    added = decoder.hidden_packed(tokens(10), [10]).detach()
    merge_lora(decoder)
    assert (added - plain).abs().max() > 0.01
    torch.testing.assert_close(decoder.hidden_packed(tokens(10), [10]).detach(), added, atol=1e-4, rtol=1e-4)
    assert set(decoder.state_dict()) == set(Decoder(SHAPE).state_dict())


def test_fake_int8_has_255_steps_and_passes_the_gradient_through() -> None:
    weight = torch.randn(3, 400, requires_grad=True)
    rounded = fake_int8(weight)
    steps = rounded.detach() / (weight.detach().abs().amax(1, keepdim=True) / 127)
    torch.testing.assert_close(steps, steps.round(), atol=1e-3, rtol=0)
    (rounded * 2).sum().backward()  # type: ignore[no-untyped-call] # torch's own
    assert weight.grad is not None
    assert torch.equal(weight.grad, torch.full_like(weight, 2.0))


def test_a_folder_is_read_as_it_was_written_and_transformers_reads_it(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    decoder = Decoder(SHAPE, seed=5)
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "tokenizer.json").write_text("{}")
    write_folder(decoder, tmp_path / "to", tokenizer_from=tmp_path / "from")
    again = read_folder(tmp_path / "to")
    assert again.shape == msgspec.structs.replace(SHAPE, head_width=8)
    assert all(torch.equal(one, again.state_dict()[name]) for name, one in decoder.state_dict().items())
    assert (tmp_path / "to" / "tokenizer.json").read_text() == "{}"
    theirs: Any = AutoModelForCausalLM.from_pretrained(tmp_path / "to")
    logits = theirs(tokens(10)[None]).logits[0].detach()
    torch.testing.assert_close(
        decoder.logits(decoder.hidden_packed(tokens(10), [10])).detach(), logits, atol=1e-5, rtol=1e-5
    )


def test_shards_are_read_and_a_missing_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.distil.language.folder.SHARD_BYTES", 20_000)
    decoder = Decoder(SHAPE)
    write_folder(decoder, tmp_path)
    shards = sorted(tmp_path.glob("model-*.safetensors"))
    assert len(shards) > 2
    assert torch.equal(read_folder(tmp_path).embedding, decoder.embedding)
    shards[1].unlink()
    with pytest.raises(SumikaError, match=shards[1].name):
        read_folder(tmp_path)


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(msgspec.json.encode(configuration(SHAPE)))
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(SumikaError, match="pickled"):
        read_folder(tmp_path)


def test_a_weight_of_another_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(msgspec.json.encode(configuration(SHAPE)))
    save_file({"model.norm.weight": torch.ones(31)}, tmp_path / "model.safetensors")
    with pytest.raises(SumikaError, match=r"config\.json says"):
        read_folder(tmp_path)
    save_file({"model.norm.weight": torch.ones(32)}, tmp_path / "model.safetensors")
    with pytest.raises(SumikaError, match="missing"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"model_type": "gpt2"}, {"rope_scaling": {"type": "yarn"}, "rope_parameters": None}, {"hidden_act": "gelu"}],
)
def test_what_is_not_supported_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    (tmp_path / "config.json").write_bytes(msgspec.json.encode(configuration(SHAPE) | change))
    with pytest.raises(SumikaError, match="not supported"):
        read_shape(tmp_path)


def test_parameters_are_counted_as_they_are() -> None:
    for tied in (True, False):
        shape = msgspec.structs.replace(SHAPE, tied=tied)
        assert shape.parameters() == sum(weight.numel() for weight in Decoder(shape).parameters())


def test_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(SumikaError, match="share"):
        msgspec.structs.replace(SHAPE, heads=3).__post_init__()
