"""What the plan asks residents for, and what is answered, in English."""

ASKING: dict[str, str] = {
    "asker.resident": "by a resident",
    "asker.operator": "by the operator",
    "suggest.refused.unknown": "nothing of the name '{name}' was suggested; `sumika suggest list` shows what is",
    "suggest.refused.expired": "'{name}' held until {until} and is not open any more; `sumika suggest list` "
    "shows what is",
    "suggest.refused.withdrawn": "the plan has come to something else since it suggested '{name}'; `sumika "
    "suggest list` shows what is open",
    "suggest.refused.yes": "'{name}' was answered with yes already",
    "suggest.refused.no": "'{name}' was answered with no already; it is not suggested again today",
    "suggest.refused.nobody_asked": "nobody is asked here: house.yaml says control: mode: {mode}, not suggest",
    "suggest.none": "The plan suggests nothing now.",
    "suggest.mode_drive": "The plan drives: it does what it holds to be good and asks nobody (control: mode: drive).",
    "suggest.mode_shadow": "The plan looks on: it suggests nothing and touches nothing (control: mode: shadow).",
    "suggest.saves": "saves {money}",
    "suggest.until": "until {until}",
    "suggest.set": "{setting} = {value:g}",
    "suggest.undo": "done already; `sumika suggest no {name}` undoes it",
    "suggest.goes_on": "It goes on until {until}.",
    "suggest.how": "Answer with: sumika suggest yes NAME, or no NAME",
    "suggest.said_no": "Not done, and not suggested again today.",
    "suggest.done": "Done: {what}",
    "suggest.changed": "The safety gate made it {what}",
    "suggest.vetoed": "The safety gate does not allow {what}: {why}",
    "suggest.vetoed_for_now": "The safety gate does not allow {what} yet: {why}. It is asked again until {until}.",
    "suggest.on_its_way": "Passed on to the safety gate, which has not said anything yet: {what}",
    "suggest.standing.open": "open",
    "suggest.standing.yes": "answered yes",
    "suggest.standing.no": "answered no",
    "suggest.standing.expired": "expired",
    "suggest.standing.withdrawn": "withdrawn",
}
