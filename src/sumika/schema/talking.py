"""How one talks to the house: what `assistant:` in `house.yaml` may say."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Talking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Talking to the house.

    Attributes:
        enabled: Whether it answers at all.
        model_address: Where a larger model answers, as OpenAI's chat completions: http://127.0.0.1:8080/v1. It is asked
            last, for what neither sentences nor the house's own student understand; empty: nobody is asked.
        model: Its name there.
        model_told: What it is told: the table of tools and the sentence; or the sentence alone, for a model that was
            trained on the house's sentences and knows the table.
        model_trusted: Whether an order that it reads is carried out although nothing else speaks for it: no word in the
            sentence, and not the house's own student. Without, the house asks back whether that was meant.
        secret_file: File with the key that it asks for.
        leaves_the_house: Whether what is said may leave the house: an address outside it is refused without.
        timeout_s: How long it may take.
    """

    enabled: bool = True
    model_address: Annotated[str, Meta(max_length=300)] = ""
    model: Annotated[str, Meta(max_length=200)] = ""
    model_told: Literal["table", "sentence"] = "table"
    model_trusted: bool = False
    secret_file: str = ""
    leaves_the_house: bool = False
    timeout_s: Annotated[float, Meta(gt=0, le=120)] = 20.0
