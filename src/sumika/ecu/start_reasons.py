"""Why a loaded machine is started now, or waits, in words and in both languages."""

from sumika.ecu.appliances import Start
from sumika.plan.reasons import Reason, least_money
from sumika.text import money_text, say


def start_reason(start: Start, currency: str) -> Reason:
    """Return the reason of a start.

    Args:
        start: By `sumika.ecu.appliances`.
        currency: Of money.
    """
    return Reason(text=_said(start, currency, "en"), text_ja=_said(start, currency, "ja"))


def _said(start: Start, currency: str, language: str) -> str:
    key = "run_now" if start.is_now else "run_later"
    times = {"begins": f"{start.begins:%H:%M}", "done": f"{start.done:%H:%M}"}
    head = say(f"why.plan.{key}", language, device=start.device, **times)
    if start.saves >= least_money(currency):
        rest = say("why.plan.run_saves", language, money=money_text(start.saves, currency, language))
    elif start.is_now:
        rest = say("why.plan.run_best", language)
    else:
        return head
    return say("why.plan.because", language, head=head, rest=rest)
