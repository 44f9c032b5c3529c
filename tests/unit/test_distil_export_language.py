"""Exported language students give the student's own answers."""

from pathlib import Path

import pytest
import torch

from sumika.distil.export.gguf import export_gguf
from sumika.distil.export.safetensors import export_safetensors
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.generate import Generator, Request, Sampling
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import CharacterTokenizer
from sumika.schema import SumikaError

TOKENIZER = CharacterTokenizer()
PROMPTS = [f"What is {a} + {b * 7}?<think>" for a in range(10) for b in range(5)]


def student(*, bias: bool = False) -> Decoder:
    return Decoder(
        DecoderShape(
            vocabulary=TOKENIZER.size,
            width=64,
            layers=2,
            heads=4,
            key_value_heads=2,
            hidden=96,
            context=128,
            query_bias=bias,
            tied=bias,
        ),
        seed=3,
    )


def own_answers(decoder: Decoder) -> list[list[int]]:
    requests = [Request(token_ids=TOKENIZER.encode(prompt)) for prompt in PROMPTS]
    return [one.token_ids for one in Generator(decoder, [TOKENIZER.end_id]).run(requests, Sampling(max_tokens=16))]


@pytest.mark.slow
@pytest.mark.parametrize("bias", [False, True])
def test_transformers_gives_the_same_tokens(tmp_path: Path, bias: bool) -> None:
    import transformers

    decoder = student(bias=bias)
    export_safetensors(decoder, TOKENIZER, tmp_path)
    model = transformers.AutoModelForCausalLM.from_pretrained(tmp_path)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path)
    for prompt, own in zip(PROMPTS[:12], own_answers(decoder), strict=False):
        ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
        assert ids == TOKENIZER.encode(prompt)
        with torch.no_grad():
            made = model.generate(torch.tensor([ids]), max_new_tokens=16, do_sample=False, pad_token_id=0)
        assert [token for token in made[0, len(ids) :].tolist() if token != TOKENIZER.end_id] == own


@pytest.mark.slow
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("kind", "share"), [("f32", 1.0), ("f16", 0.9), ("q8_0", 0.4)])
def test_llama_cpp_gives_the_same_answers(tmp_path: Path, bias: bool, kind: str, share: float) -> None:
    import xllamacpp

    decoder = student(bias=bias)
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(export_gguf(decoder, TOKENIZER, tmp_path / "student.gguf", kind=kind))
    parameters.n_ctx, parameters.warmup, parameters.n_parallel = 128, False, 1
    parameters.cpuparams.n_threads = 1
    parameters.cache_type_k = parameters.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    server = xllamacpp.Server(parameters)
    same = 0
    for prompt, own in zip(PROMPTS, own_answers(decoder), strict=True):
        asked = {"prompt": TOKENIZER.encode(prompt), "n_predict": 16, "temperature": 0.0, "n_probs": 1}
        made = server.handle_completions(asked)
        tokens = [one["id"] for one in made["choices"][0]["logprobs"]["content"]]
        same += [token for token in tokens if token != TOKENIZER.end_id] == own
    print(f"{kind} bias={bias}: {same} of {len(PROMPTS)} identical")
    assert same >= share * len(PROMPTS)


def test_a_wrong_tokenizer_and_an_unsuited_shape_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SumikaError, match="pieces"):
        export_gguf(student(), CharacterTokenizer(characters="".join(map(chr, range(32, 400)))), tmp_path / "a.gguf")
    with pytest.raises(SumikaError, match="kind"):
        export_gguf(student(), TOKENIZER, tmp_path / "a.gguf", kind="q2")


@pytest.mark.parametrize(("int8", "share"), [(False, 1.0), (True, 0.3)])
def test_onnx_gives_the_same_answers(tmp_path: Path, int8: bool, share: float) -> None:
    from sumika.distil.export.language_onnx import OnnxLanguageStudent, export_language_onnx

    decoder = student(bias=True)
    runtime = OnnxLanguageStudent(export_language_onnx(decoder, tmp_path / "student.onnx", int8=int8))
    made = [runtime.generate(TOKENIZER.encode(prompt), [TOKENIZER.end_id], 16) for prompt in PROMPTS]
    same = sum(ours == own for ours, own in zip(made, own_answers(decoder), strict=True))
    print(f"ONNX int8={int8}: {same} of {len(PROMPTS)} identical")
    assert same >= share * len(PROMPTS)
