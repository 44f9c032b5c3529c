"""What words of integrations mean in our whole numbers, where `house.yaml` does not say.

Home Assistant fixes the words of heating modes (developers.home-assistant.io/docs/core/entity/climate) and of water
heaters (.../water-heater). Speeds of fans are free text; ranked here are those that integrations use most.
"""

_SPEEDS = (
    ("silent", "quiet", "sleep", "night", "whisper", "min", "minimum", "diffuse", "on low", "low", "on_low"),
    ("medium low", "low medium", "medium_low", "lowmid", "low_mid", "lowmiddle", "mediumlow"),
    ("medium", "middle", "mid", "normal", "med", "on medium"),
    ("medium high", "mid high", "medium_high", "midhigh", "mid_high", "highmid", "mediumhigh"),
    ("high", "on high", "on_high", "strong", "focus"),
    ("turbo", "full", "max", "maximum", "top", "powerful", "boost", "super", "jet", "superhigh"),
)
_BY_ITSELF = ("auto", "automatic", "on auto", "smart", "auto low", "auto high", "comfort")
_STANDS_STILL = ("off", "none", "stop")
_RUNS = "on"
_OF_SPEED = ("level", "fan_level")

_WATER = (
    ("off",),
    ("eco", "auto", "automatic", "schedule", "heat_pump", "heat pump"),
    ("performance", "high_demand", "boost", "manual", "electric", "gas", "on"),
)


def options(setting: str, words: tuple[str, ...], high: float) -> tuple[str, ...]:
    """Return the words of a select: those of speeds by rank, any others in the order in which they are listed.

    Args:
        setting: Ours.
        words: As the entity lists them.
        high: Highest number of the setting.
    """
    if setting in _OF_SPEED and (ranked := speeds(setting, words, high)):
        return ranked
    return words


def speeds(setting: str, words: tuple[str, ...], high: float) -> tuple[str, ...]:
    """Return the words of a fan for our levels: 1 is its quietest speed and our highest its fastest.

    Args:
        setting: `fan_level` (0 by itself, 1 quiet to 5 full) or `level` (0 still, then upwards).
        words: As the entity lists them.
        high: Our highest level.

    Returns:
        One word for each level from 0, the same one for several where it has fewer; empty where nothing is known of
        any.
    """
    zero = _BY_ITSELF if setting == "fan_level" else _STANDS_STILL
    first = next((word for word in words if word.casefold() in zero), "")
    running = _running(words)
    if not running:
        return (first,) if first else ()
    levels = max(1, round(high))
    fastest = len(running) - 1
    shares = ((level - 1) / (levels - 1) if levels > 1 else 1.0 for level in range(1, levels + 1))
    return (first, *(running[round(share * fastest)] for share in shares))


def speed_of(setting: str, words: tuple[str, ...], high: float, word: str) -> float | None:
    """Return our level for a word of a fan: the nearest one for a speed between two of ours, 1 for one that runs.

    Args:
        setting: As for `speeds`.
        words: As the entity lists them.
        high: Our highest level.
        word: What it says.

    Returns:
        None where the word is of no speed, or the setting is no level of a fan.
    """
    if setting not in _OF_SPEED:
        return None
    names = speeds(setting, words, high)
    if word and word in names:
        return float(names.index(word))
    running = _running(words)
    if word not in running:
        # A remote control switched it on, and it does not say how fast it runs: at the least, that is not still.
        return 1.0 if word.casefold() == _RUNS and word in words else None
    levels = max(1, round(high))
    return 1.0 + round(running.index(word) / max(1, len(running) - 1) * (levels - 1))


def _running(words: tuple[str, ...]) -> list[str]:
    """Return the words of speeds, the quietest first where all are known."""
    running = [word for word in words if word.casefold() not in _BY_ITSELF + _STANDS_STILL]
    # That it runs is no speed where there are some.
    running = [word for word in running if word.casefold() != _RUNS] or running
    ranks = {word: _rank(word) for word in running}
    if all(rank is not None for rank in ranks.values()):
        running.sort(key=lambda word: ranks[word] or 0.0)
    return running


def water_modes(setting: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a water heater for our modes: off, by itself, now."""
    return tuple(next((word for known in row for word in words if word.casefold() == known), "") for row in _WATER)


def _rank(word: str) -> float | None:
    """Return where a word stands between quiet and full; None for one that is not known."""
    folded = word.casefold()
    if folded.isdecimal():
        return float(folded)
    return next((float(rank) for rank, row in enumerate(_SPEEDS) if folded in row), None)
