"""Settings of endpoints: what each kind is sent, and what is refused before a key or money leaves the house."""

from typing import Any

import pytest

from sumika.distil.teachers.presets import EndpointSettings, is_loopback
from sumika.schema import UsageError
from sumika.settings_file import parse_settings


@pytest.mark.parametrize(
    ("preset", "url", "key_env", "limit", "terms"),
    [
        ("openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "max_completion_tokens", "openai"),
        ("xai", "https://api.x.ai/v1", "XAI_API_KEY", "max_completion_tokens", "xai"),
        ("deepseek", "https://api.deepseek.com", "DEEPSEEK_API_KEY", "max_tokens", "deepseek"),
        (
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "GEMINI_API_KEY",
            "max_tokens",
            "google-gemini",
        ),
    ],
)
def test_a_preset_fills_in_what_its_maker_wants(preset: Any, url: str, key_env: str, limit: str, terms: str) -> None:
    settings = EndpointSettings(model="m", preset=preset, max_tokens=77)
    known = settings.known
    assert (known.base_url, known.key_env, known.terms, settings.shown_name) == (url, key_env, terms, f"{preset}:m")
    body = settings.body("why?")
    assert body[limit] == 77
    assert body["messages"] == [{"role": "user", "content": "why?"}]
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})
    assert "temperature" not in body
    if preset == "gemini":
        assert body["extra_body"]["google"]["thinking_config"]["include_thoughts"] is True


@pytest.mark.parametrize("preset", ["vllm", "llama.cpp", "ollama"])
def test_a_server_of_ones_own_needs_no_key_but_the_terms_of_its_model(preset: Any) -> None:
    settings = EndpointSettings(model="m", preset=preset, terms="apache-2.0", system="Be brief.", temperature=0.6)
    assert settings.key({}) == ""
    assert settings.known.base_url.startswith("http://127.0.0.1:")
    assert settings.body("x")["messages"][0] == {"role": "system", "content": "Be brief."}
    assert settings.body("x")["temperature"] == 0.6
    with pytest.raises(UsageError, match="the terms of its answers are not stated"):
        EndpointSettings(model="m", preset=preset)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model": ""}, "no model is named"),
        ({"base_url": ""}, "no address of an endpoint"),
        ({"base_url": "http://[fe80::1/v1"}, r"no address of an endpoint: 'http://\[fe80::1/v1'"),
        ({"base_url": "ftp://x/v1"}, "no address of an endpoint: 'ftp://x/v1'"),
        ({"base_url": "https://me:secret@x/v1"}, "holds a name, a password or a query"),
        ({"base_url": "http://x.org/v1", "key_env": "K"}, "a key would go over the network unencrypted"),
        ({"extra": {"messages": [], "stream": False}}, "`extra` may not hold messages, stream"),
        ({"samples": 0}, "a count < 1"),
        ({"cap_usd": -1.0, "output_usd_per_million": 1.0}, "a price, cap or time limit is negative"),
        ({"cap_usd": 1.0}, "a cap in USD needs the prices"),
    ],
)
def test_what_cannot_be_or_would_give_something_away_is_refused(changed: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {"model": "m", "base_url": "http://127.0.0.1:1/v1", "terms": "own"}
    with pytest.raises(UsageError, match=said) as caught:
        EndpointSettings(**(given | changed))
    assert "secret" not in caught.value.problem
    EndpointSettings(**given)


def test_settings_come_from_a_file_and_a_slip_is_named() -> None:
    text = "model: m\npreset: deepseek\ncap_usd: 5\noutput_usd_per_million: 2\nbackoff: {tries: 3}\n"
    assert parse_settings(text, EndpointSettings, where="x").backoff.tries == 3
    with pytest.raises(UsageError, match="tempature"):
        parse_settings(text + "tempature: 1\n", EndpointSettings, where="x")


def test_what_decides_an_answer_is_the_request_and_not_how_fast_it_is_sent() -> None:
    base = EndpointSettings(model="m", preset="deepseek")
    assert base.deciding() == EndpointSettings(model="m", preset="deepseek", concurrency=1, samples=2).deciding()
    for other in ({"temperature": 0.5}, {"max_tokens": 5}, {"system": "x"}, {"extra": {"top_p": 0.5}}, {"model": "n"}):
        given: dict[str, Any] = {"model": "m", "preset": "deepseek"} | other
        assert EndpointSettings(**given).deciding() != base.deciding()


def test_the_most_a_request_can_cost_counts_every_byte_as_a_token() -> None:
    settings = EndpointSettings(
        model="m", preset="deepseek", input_usd_per_million=1.0, output_usd_per_million=10.0, system="é"
    )
    assert settings.worst_usd("日本", 100) == pytest.approx((6 + 2 + 64 + 1000) / 1e6)


def test_this_machine_is_known_by_its_addresses() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "localhost")))
    assert not any(map(is_loopback, ("10.0.0.1", "127.0.0.1.evil.org", "localhost.evil.org", "")))
