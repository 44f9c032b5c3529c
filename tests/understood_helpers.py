"""What is understood, in one line."""

from sumika.assistant.calls import checked
from sumika.assistant.understanding import Understander


def asked_for(understander: Understander, sentence: str) -> str:
    """Return what a sentence asks for, in one line; "" if nothing is done or answered at once."""
    got = understander.understand(sentence)
    for call in got.calls:
        checked(call, sentence)
    calls = () if got.ask_back else got.calls
    return " + ".join(
        " ".join((f"{call.tool}.{call.what}", *(f"{name}={piece}" for name, piece in sorted(call.spans.items()))))
        for call in calls
    )
