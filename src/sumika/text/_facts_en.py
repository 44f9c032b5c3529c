"""Why the records have no figure, in English."""

FACTS: dict[str, str] = {
    "facts.no_records": "nothing was recorded then",
    "facts.no_such": "nothing here measures it",
    "facts.not_yet": "no reading of it has come yet",
    "facts.stale": "there is no reading that is new enough",
    "facts.not_agreed": "not all whom it concerns have agreed that it is worked out",
    "facts.key_gone": "it was forgotten, as somebody asked",
    "facts.damaged": "what was recorded cannot be read any more",
    "facts.not_measured": "it could not be measured that night",
    "facts.no_price": "the meter told no price",
    "facts.nobody": "nobody was there then",
    "facts.few_days": "there are too few days to tell",
    "event.run_began": "Sumika began",
    "event.run_began.recovered": "Sumika began anew",
    "event.filter_changed": "{subject} has a new filter",
    "event.filter_changed.recovered": "The filter of {subject} was taken out again",
}
