"""Which register a value is in, how it is written there, and how `house.yaml` says so in one line.

::

    holding:40001:int16:0.1        a holding register; one count is 0.1 of our unit
    input:30012:uint32             an input register, which can only be read
    holding:257:float32            a register by its address in the protocol, from 0
    coil:3    discrete:10004       one bit
    holding:40010:uint16 | 0, 3, 7 which numbers stand there for our 0, 1, 2

Numbers of five or six digits are those of the makers' tables (Modbus application protocol V1.1b3, 4.4: numbering from 1
and the first digit of each table), so that 40001 is address 0. With `numbering: address` among the connection's options
every number is an address, as SunSpec's 40000 is.
"""

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from pymodbus.client.mixin import ModbusClientMixin

from sumika.schema import UsageError

Form = ModbusClientMixin.DATATYPE
WordOrder = Literal["big", "little"]

_FORMS = {
    "int16": Form.INT16,
    "uint16": Form.UINT16,
    "int32": Form.INT32,
    "uint32": Form.UINT32,
    "int64": Form.INT64,
    "uint64": Form.UINT64,
    "float32": Form.FLOAT32,
    "float64": Form.FLOAT64,
}
_FLOATS = (Form.FLOAT32, Form.FLOAT64)
_WHOLE_SHARE = 1.001
_LINE = re.compile(
    r"(?P<table>holding|input|coil|discrete):(?P<number>\d{1,6})(?::(?P<form>\w+))?(?::(?P<scale>[-+0-9.eE]+))?"
)
_FIRST = {"coil": 0, "discrete": 1, "input": 3, "holding": 4}
_MOST_ADDRESS = 65535
_FIVE_DIGITS = 10_000
_REMEDY = "Write table:number:form:scale, for example holding:40001:int16:0.1 or coil:3"


class Table(StrEnum):
    """The four tables of a unit."""

    HOLDING = "holding"
    INPUT = "input"
    COIL = "coil"
    DISCRETE = "discrete"

    @property
    def writable(self) -> bool:
        """Whether it can be written."""
        return self in (Table.HOLDING, Table.COIL)

    @property
    def bits(self) -> bool:
        """Whether it holds bits."""
        return self in (Table.COIL, Table.DISCRETE)


@dataclass(frozen=True, slots=True)
class Register:
    """One value.

    Attributes:
        table: Where it is.
        address: In the protocol, from 0.
        form: How its number is written; None for a bit.
        scale: One count, in our unit.
        codes: Which numbers stand for our 0, 1, ...; empty: numbers are numbers.
    """

    table: Table
    address: int
    form: Form | None = None
    scale: float = 1.0
    codes: tuple[int, ...] = ()

    @property
    def words(self) -> int:
        """How many registers, or bits, it takes."""
        return 1 if self.form is None else self.form.value[1]

    def ours(self, words: list[int] | list[bool], order: WordOrder) -> float | None:
        """Return the value; None where it is no number: in most tables NaN, or a code, stands for what is absent."""
        number = (
            int(bool(words[0]))
            if self.form is None
            else ModbusClientMixin.convert_from_registers(list(map(int, words)), self.form, order)
        )
        if isinstance(number, str | list) or not math.isfinite(number):
            return None
        if self.codes:
            return float(self.codes.index(int(number))) if number in self.codes else None
        return None if self._is_absent(number) else number * self.scale

    def _is_absent(self, number: float) -> bool:
        """Return whether a number stands for none: the lowest signed, the highest unsigned one (SunSpec, SMA, others).

        A share may be all of 16 bits, so that their highest number is 1; nothing else that is measured goes so far.
        """
        if self.form is None or self.form in _FLOATS:
            return False
        low, high = _bounds(self.form)
        if low < 0:
            return number == low
        return number == high and (self.form is not Form.UINT16 or abs(self.scale) * high > _WHOLE_SHARE)

    def theirs(self, value: float, order: WordOrder) -> list[int] | str:
        """Return the words that say a value, or why there are none."""
        if self.codes:
            index = round(value)
            if abs(value - index) > 1e-6 or not 0 <= index < len(self.codes):
                return f"it knows 0 to {len(self.codes) - 1}, not {value:g}"
            return self._words(float(self.codes[index]), order)
        return self._words(value / self.scale, order)

    def _words(self, count: float, order: WordOrder) -> list[int] | str:
        if self.form is None:
            return [int(count >= 0.5)]
        is_float = self.form in _FLOATS
        number: int | float = count if is_float else math.floor(count + 0.5)
        if not is_float:
            low, high = _bounds(self.form)
            if not low <= number <= high:
                return f"it takes {low * self.scale:g} to {high * self.scale:g}, not {count * self.scale:g}"
        return ModbusClientMixin.convert_to_registers(number, self.form, order)

    @property
    def step(self) -> float:
        """It rounds to whole steps of this; 0: it does not."""
        return 0.0 if self.form in _FLOATS else (1.0 if self.codes else abs(self.scale))


def read_register(text: str, where: str, *, numbering: str = "table") -> Register:
    """Return what one line of `house.yaml` says.

    Args:
        text: The line.
        where: For errors.
        numbering: `table`: numbers of five or six digits are those of the makers' tables; `address`: all are addresses.

    Raises:
        UsageError: if it cannot be understood.
    """
    place, bar, listed = text.partition("|")
    match = _LINE.fullmatch(place.strip())
    if match is None:
        raise UsageError(f"{text!r} is no register", where=where, remedy=_REMEDY)
    table = Table(match["table"])
    address = _address(match["table"], match["number"], numbering)
    if not 0 <= address <= _MOST_ADDRESS:
        raise UsageError(f"{text!r} lies outside the table {table}", where=where, remedy=_REMEDY)
    try:
        codes = tuple(int(code) for code in listed.split(",")) if bar else ()
        scale = float(match["scale"] or 1)
        form = None if table.bits else _FORMS[match["form"] or "uint16"]
    except (KeyError, ValueError):
        raise UsageError(
            f"{text!r} has no form, scale or codes that can be read",
            where=where,
            remedy=f"{_REMEDY}; forms are {', '.join(_FORMS)}",
        ) from None
    if not math.isfinite(scale) or scale == 0 or (table.bits and match["form"]):
        raise UsageError(f"{text!r} has a form or a scale that cannot be", where=where, remedy=_REMEDY)
    return Register(table, address, form, scale, codes)


def _address(table: str, number: str, numbering: str) -> int:
    value = int(number)
    if numbering == "address" or value < _FIVE_DIGITS:
        return value
    before_first: int = _FIRST[table] * 10 ** (len(number) - 1)
    return value - before_first - 1


def _bounds(form: Form) -> tuple[int, int]:
    bits = 16 * form.value[1]
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if form.value[0].islower() else (0, (1 << bits) - 1)


def unit_of(address: str, where: str) -> int:
    """Return the number of a unit; 1 where nothing is said.

    Raises:
        UsageError: if it is none.
    """
    text = address.strip() or "1"
    if not text.isdecimal() or int(text) > 255:
        raise UsageError(f"{address!r} is no unit", where=where, remedy="Give the number of the unit, 0 to 255")
    return int(text)
