"""What may stand after `--with`: from its text to a source that can be opened."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl

from sumika.clock import Clock
from sumika.schema import ReferenceKind, UsageError
from sumika.sensors.reference.base import ReferenceSource, ReferenceSpec
from sumika.sensors.reference.columns import IGNORED, TIME, TIME_UNITS, Columns, kind_of
from sumika.sensors.reference.csv_file import CsvFile, read_table
from sumika.sensors.reference.serial_lines import SerialLines
from sumika.sensors.reference.strap import ChestStrap
from sumika.sensors.reference.strap.bleak_import import import_bleak
from sumika.sensors.reference.strap.values import POLAR_H10_NAME

EXAMPLES = (
    "polar-h10",
    "polar-h10:C4:6F:33:12:34:56",
    "heart-rate",
    "serial:/dev/ttyUSB0?baud=115200&columns=time,ecg&time_unit=ms",
    "serial:/dev/ttyUSB0?columns=respiration&rate_hz=25",
    "csv:night.csv?time=t&ecg=ECG&respiration=RSP",
)

_BAUD = 115_200
_DAY_S = 86_400.0
_LATEST_START_S = 7 * _DAY_S
"""A table that begins later has the time of day of its years: nobody waits for it, and it would be silent for ever."""


def parse_reference(text: str) -> ReferenceSpec:
    """Return a reference, checked as far as that goes without its device.

    Args:
        text: For example `polar-h10:C4:6F:33:12:34:56`; see `EXAMPLES`.

    Raises:
        UsageError: saying what is wrong with it, and what would be right.
        SumikaError: if a package or a file is missing.
    """
    scheme, _, rest = text.partition(":")
    parsers: Mapping[str, Callable[[str, str], ReferenceSpec]] = {
        "polar-h10": partial(_strap, ecg=True),
        "heart-rate": partial(_strap, ecg=False),
        "serial": _serial,
        "csv": _csv,
    }
    if scheme not in parsers:
        raise UsageError(
            f"'{scheme}' is no reference", where=f"--with {text}", remedy=f"For example: {', '.join(EXAMPLES)}"
        )
    return parsers[scheme](text, rest)


def parse_references(texts: tuple[str, ...]) -> tuple[ReferenceSpec, ...]:
    """Return several, each under a name of its own.

    Raises:
        UsageError: if one of them is wrong or given twice.
        SumikaError: if a package or a file is missing.
    """
    found: list[ReferenceSpec] = []
    for text in texts:
        spec = parse_reference(text)
        if any(spec.name == other.name for other in found):
            raise UsageError(f"'{spec.name}' is given twice", where=f"--with {text}", remedy="Give each device once.")
        found.append(spec)
    return tuple(found)


def _strap(text: str, address: str, *, ecg: bool) -> ReferenceSpec:
    import_bleak()
    name = text.partition(":")[0]
    if address and len(address.split(":")) != 6 and len(address) != 36:  # a Mac shows identifiers of 36 signs instead
        raise UsageError(
            f"'{address}' is no Bluetooth address", where=f"--with {text}", remedy=f"For example: {EXAMPLES[1]}"
        )
    unique = f"{name}-{address.replace(':', '').lower()}" if address else name
    return ReferenceSpec(
        name=unique,
        text=text,
        open=partial(_open_strap, unique, address, POLAR_H10_NAME if ecg and not address else "", ecg),
    )


def _open_strap(name: str, address: str, advertised: str, ecg: bool, clock: Clock) -> ReferenceSource:
    return ChestStrap(name, address, clock, advertised=advertised, ecg=ecg)


def _serial(text: str, rest: str) -> ReferenceSpec:
    where = f"--with {text}"
    device, settings = _settings(rest, where, ("baud", "columns", "rate_hz", "time_unit"))
    if not device:
        raise UsageError("it names no port", where=where, remedy=f"For example: {EXAMPLES[3]}")
    names = [name.strip() for name in settings.get("columns", "").split(",") if name.strip()]
    kinds = {place: kind_of(name, where) for place, name in enumerate(names) if name not in (TIME, IGNORED)}
    if not kinds or names.count(TIME) > 1 or len(set(kinds.values())) != len(kinds):
        raise UsageError(
            "columns= must name what the lines hold, each once, and at least one that is measured",
            where=where,
            remedy=f"For example: {EXAMPLES[3]}",
        )
    columns = Columns(
        kinds=kinds,
        time=names.index(TIME) if TIME in names else None,
        count=len(names),
        time_scale_s=_time_scale_s(settings, where),
        rate_hz=_number(settings, "rate_hz", where),
    )
    _require_time(columns.time is not None, columns.rate_hz, tuple(kinds.values()), where)
    baud = int(_number(settings, "baud", where) or _BAUD)
    name = f"serial-{Path(device).name}"
    return ReferenceSpec(name=name, text=text, open=partial(SerialLines, name, device, baud, columns))


def _csv(text: str, rest: str) -> ReferenceSpec:
    where = f"--with {text}"
    kinds = tuple(kind.value for kind in ReferenceKind)
    file, settings = _settings(rest, where, (TIME, "time_unit", "rate_hz", "offset_s", *kinds))
    names = {ReferenceKind(kind): settings[kind] for kind in kinds if kind in settings}
    if not file or not names:
        raise UsageError("it must name a file and its columns", where=where, remedy=f"For example: {EXAMPLES[5]}")
    rate_hz = _number(settings, "rate_hz", where)
    _require_time(TIME in settings, rate_hz, tuple(names), where)
    if TIME not in settings and rate_hz is None:
        raise UsageError("its rows have no time", where=where, remedy="Say time=COLUMN or rate_hz=NUMBER")
    offset_s = _number(settings, "offset_s", where, positive=False) or 0.0
    path = Path(file)
    table = read_table(path, names, settings.get(TIME, ""), _time_scale_s(settings, where), rate_hz)
    first_s = table.rows[0].time_s or 0.0
    if first_s + offset_s > _LATEST_START_S:
        raise UsageError(
            f"its first row is due {(first_s + offset_s) / _DAY_S:.0f} days after the start",
            where=where,
            remedy=f"Times count from the start: for this table say offset_s={-first_s:.10g} (in s; see time_unit)",
        )
    return ReferenceSpec(name=f"csv-{path.name.split('.')[0]}", text=text, open=partial(CsvFile, path, table, offset_s))


def _settings(rest: str, where: str, known: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    place, _, query = rest.partition("?")
    settings = dict(parse_qsl(query, keep_blank_values=True))
    for name in settings:
        if name not in known:
            raise UsageError(f"'{name}' cannot be set", where=where, remedy=f"There are: {', '.join(known)}.")
    return place, settings


def _number(settings: Mapping[str, str], name: str, where: str, *, positive: bool = True) -> float | None:
    text = settings.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e12 or (positive and value <= 0):
        raise UsageError(f"{name}={text} is no {'positive ' if positive else ''}number", where=where)
    return value


def _time_scale_s(settings: Mapping[str, str], where: str) -> float:
    unit = settings.get("time_unit", "s")
    if unit not in TIME_UNITS:
        raise UsageError(f"time_unit={unit}", where=where, remedy=f"There are: {', '.join(TIME_UNITS)}.")
    return TIME_UNITS[unit]


def _require_time(has_time: bool, rate_hz: float | None, kinds: tuple[ReferenceKind, ...], where: str) -> None:
    """Refuse a waveform whose samples have no time of their own: when its bytes arrived says nothing of beats."""
    waves = [kind.value for kind in kinds if kind in (ReferenceKind.ECG, ReferenceKind.RESPIRATION)]
    if waves and not has_time and rate_hz is None:
        raise UsageError(
            f"{waves[0]} needs the time of its samples", where=where, remedy="Add a column time, or rate_hz=NUMBER"
        )
