"""What words of integrations mean in our whole numbers, where `house.yaml` does not say.

Home Assistant fixes the words of heating modes (developers.home-assistant.io/docs/core/entity/climate) and of water
heaters (.../water-heater). Speeds of fans are free text; ranked here are those that integrations use most.
"""

_SPEEDS = (
    ("silent", "quiet", "sleep", "night", "whisper", "min", "minimum", "diffuse", "on low", "low", "on_low", "on"),
    ("medium low", "low medium", "medium_low", "lowmid", "low_mid", "lowmiddle", "mediumlow"),
    ("medium", "middle", "mid", "normal", "med", "on medium"),
    ("medium high", "mid high", "medium_high", "midhigh", "mid_high", "highmid", "mediumhigh"),
    ("high", "on high", "on_high", "strong", "focus"),
    ("turbo", "full", "max", "maximum", "top", "powerful", "boost", "super", "jet", "superhigh"),
)
_BY_ITSELF = ("auto", "automatic", "on auto", "smart", "auto low", "auto high", "comfort")
_STANDS_STILL = ("off", "none", "stop")

_WATER = (
    ("off",),
    ("eco", "auto", "automatic", "schedule", "heat_pump", "heat pump"),
    ("performance", "high_demand", "boost", "manual", "electric", "gas", "on"),
)


def options(setting: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a select: those of speeds by rank, any others in the order in which they are listed."""
    if setting in ("level", "fan_level") and (ranked := speeds(setting, words)):
        return ranked
    return words


def speeds(setting: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a fan for our levels.

    Args:
        setting: `fan_level` (0 by itself, 1 quiet to 5 full) or `level` (0 still, then upwards).
        words: As the entity lists them.

    Returns:
        One word for each level, the same one for several where it has fewer; empty where nothing is known of any.
    """
    zero = _BY_ITSELF if setting == "fan_level" else _STANDS_STILL
    first = next((word for word in words if word.casefold() in zero), "")
    running = [word for word in words if word.casefold() not in _BY_ITSELF + _STANDS_STILL]
    ranks = {word: _rank(word) for word in running}
    if all(rank is not None for rank in ranks.values()):
        running.sort(key=lambda word: ranks[word] or 0.0)
    if setting != "fan_level":
        return (first, *running) if first or running else ()
    if not running:
        return (first,) if first else ()
    most = len(running) - 1
    return (first, *(running[round(level / 4 * most)] for level in range(5)))


def water_modes(setting: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a water heater for our modes: off, by itself, now."""
    return tuple(next((word for known in row for word in words if word.casefold() == known), "") for row in _WATER)


def _rank(word: str) -> float | None:
    """Return where a word stands between quiet and full; None for one that is not known."""
    folded = word.casefold()
    if folded.isdecimal():
        return float(folded)
    return next((float(rank) for rank, row in enumerate(_SPEEDS) if folded in row), None)
