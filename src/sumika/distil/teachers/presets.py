"""Settings of a teacher behind a chat endpoint, and what is known of the common ones."""

import ipaddress
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from sumika.distil.teachers._retry import Backoff
from sumika.schema import UsageError

OWN_FIELDS = frozenset({"model", "messages", "stream", "stream_options", "n"})


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one kind of endpoint.

    Attributes:
        base_url: Without `/chat/completions`.
        key_env: Environment variable that usually holds the key; "" where none is needed.
        max_tokens_name: What the request calls the limit of tokens.
        terms: Under which its answers stand; "" where that depends on the model that is served.
        extra: Fields that make it show its reasoning.
    """

    base_url: str
    key_env: str = ""
    max_tokens_name: str = "max_tokens"
    terms: str = ""
    extra: dict[str, Any] = {}


PRESETS = {
    # Neither takes `max_tokens` for models that reason.
    "openai": Preset(
        base_url="https://api.openai.com/v1",
        key_env="OPENAI_API_KEY",
        max_tokens_name="max_completion_tokens",
        terms="openai",
    ),
    "xai": Preset(
        base_url="https://api.x.ai/v1", key_env="XAI_API_KEY", max_tokens_name="max_completion_tokens", terms="xai"
    ),
    "deepseek": Preset(base_url="https://api.deepseek.com", key_env="DEEPSEEK_API_KEY", terms="deepseek"),
    # The doubled `extra_body` is Google's: the inner one is a field of the request itself.
    "gemini": Preset(
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        key_env="GEMINI_API_KEY",
        terms="google-gemini",
        extra={"extra_body": {"google": {"thinking_config": {"include_thoughts": True}}}},
    ),
    "vllm": Preset(base_url="http://127.0.0.1:8000/v1"),
    "llama.cpp": Preset(base_url="http://127.0.0.1:8080/v1"),
    "ollama": Preset(base_url="http://127.0.0.1:11434/v1"),
}
PresetName = Literal["", "openai", "xai", "deepseek", "gemini", "vllm", "llama.cpp", "ollama"]


class EndpointSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which endpoint is asked, and how.

    Attributes:
        model: As the endpoint calls it.
        preset: Fills in what is left out below; "" for none.
        base_url: Up to and without `/chat/completions`.
        key_env: Environment variable that holds the key; None takes the preset's, "" sends none.
        terms: Identifier of the terms of its answers; "" takes the preset's.
        name: For people and for the lineage; "" takes the endpoint's and the model's.
        system: System message; "" for none.
        max_tokens: Most tokens of an answer, reasoning included.
        max_tokens_name: What the request calls that limit; "" takes the preset's.
        temperature: None leaves it to the endpoint: some models that reason refuse it.
        extra: Further fields of the request, as the endpoint names them.
        samples: Answers to each example.
        concurrency: Requests under way at once.
        requests_per_minute: 0 for no limit.
        tokens_per_minute: Prompts and answers together; 0 for no limit.
        connect_timeout_s: Until the endpoint takes the request.
        silence_timeout_s: Between two pieces of a stream.
        answer_timeout_s: For a whole answer.
        backoff: When to ask again after a failure.
        input_usd_per_million: Price of tokens read; 0 for a machine of one's own.
        output_usd_per_million: Price of tokens written, hidden ones included.
        cap_usd: Most that may be spent, over all runs with the same journal; None for no limit.
    """

    model: str
    preset: PresetName = ""
    base_url: str = ""
    key_env: str | None = None
    terms: str = ""
    name: str = ""
    system: str = ""
    max_tokens: int = 16_384
    max_tokens_name: str = ""
    temperature: float | None = None
    extra: dict[str, Any] = {}
    samples: int = 1
    concurrency: int = 8
    requests_per_minute: float = 0.0
    tokens_per_minute: float = 0.0
    connect_timeout_s: float = 20.0
    silence_timeout_s: float = 300.0
    answer_timeout_s: float = 1800.0
    backoff: Backoff = Backoff()
    input_usd_per_million: float = 0.0
    output_usd_per_million: float = 0.0
    cap_usd: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be, or would give a key or money away."""
        problem = _problem(self)
        if problem:
            raise UsageError(problem, where=f"teacher {self.model}", remedy="Mend the settings of the teacher.")

    @property
    def known(self) -> Preset:
        """The preset with what these settings state themselves."""
        preset = PRESETS.get(self.preset, Preset(base_url=""))
        return Preset(
            base_url=(self.base_url or preset.base_url).rstrip("/"),
            key_env=preset.key_env if self.key_env is None else self.key_env,
            max_tokens_name=self.max_tokens_name or preset.max_tokens_name,
            terms=self.terms or preset.terms,
            extra={**preset.extra, **self.extra},
        )

    @property
    def shown_name(self) -> str:
        """The teacher's name."""
        return self.name or f"{self.preset or urlsplit(self.known.base_url).hostname}:{self.model}"

    def body(self, prompt: str) -> dict[str, Any]:
        """Return the request for a prompt."""
        known = self.known
        messages = [{"role": "system", "content": self.system}] if self.system else []
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [*messages, {"role": "user", "content": prompt}],
            known.max_tokens_name: self.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
            **known.extra,
        }
        return body if self.temperature is None else body | {"temperature": self.temperature}

    def deciding(self) -> dict[str, Any]:
        """Return what decides an answer beside the prompt."""
        body = self.body("")
        return {name: body[name] for name in body if not name.startswith("stream")} | {"url": self.known.base_url}

    def worst_usd(self, prompt: str, most_tokens: int) -> float:
        """Return the most a request can cost: a token is at least one byte of the prompt."""
        read = len(prompt.encode()) + len(self.system.encode()) + 64  # what the chat template adds
        return self.cost_usd(read, most_tokens)

    def cost_usd(self, read: int, written: int) -> float:
        """Return what so many tokens cost."""
        return (read * self.input_usd_per_million + written * self.output_usd_per_million) / 1e6

    def key(self, environment: Mapping[str, str]) -> str:
        """Return the key, "" if none is sent.

        Raises:
            UsageError: if the variable is not set or holds what can be no key.
        """
        name = self.known.key_env
        if not name:
            return ""
        key = environment.get(name, "").strip()
        if key and key.isascii() and key.isprintable() and " " not in key:
            return key
        problem = "holds what can be no key" if key else "is not set"
        raise UsageError(
            f"the environment variable {name} {problem}",
            where=self.shown_name,
            remedy=f"Put the endpoint's key there: export {name}=... (it is never written down or shown).",
        )


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _problem(settings: EndpointSettings) -> str:
    known = settings.known
    try:
        url = urlsplit(known.base_url)
    except ValueError:  # a bracket that does not close
        url = urlsplit("")
    own = OWN_FIELDS & set(settings.extra)
    amounts = (settings.input_usd_per_million, settings.output_usd_per_million, settings.cap_usd or 0.0)
    limits = (settings.connect_timeout_s, settings.silence_timeout_s, settings.answer_timeout_s)
    checks = (
        (not settings.model, "no model is named"),
        (url.scheme not in {"http", "https"} or not url.hostname, f"no address of an endpoint: '{known.base_url}'"),
        (url.username or url.password or url.query, "the address holds a name, a password or a query"),
        (
            bool(known.key_env) and url.scheme == "http" and not is_loopback(url.hostname or ""),
            "a key would go over the network unencrypted: the address must begin with https://",
        ),
        (not known.terms, "the terms of its answers are not stated (`terms`, the licence of the model that is served)"),
        (own, f"`extra` may not hold {', '.join(sorted(own))}"),
        (
            min(settings.max_tokens, settings.samples, settings.concurrency, settings.backoff.tries) < 1,
            "a count < 1",
        ),
        (min(amounts) < 0 or min(limits) <= 0, "a price, cap or time limit is negative"),
        (
            settings.cap_usd is not None and not settings.output_usd_per_million,
            "a cap in USD needs the prices (`input_usd_per_million`, `output_usd_per_million`)",
        ),
    )
    return next((problem for wrong, problem in checks if wrong), "")
