"""Column headings: the quantity of a column, its unit and its sign.

A heading is a name and a unit in any of the usual forms: ``Voltage [V]``,
``Voltage / V``, ``Voltage(V)``, ``Ewe/V``, ``voltage_volt``, or a name alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from nfpcell.measured.readers import units
from nfpcell.measured.readers.column_quantities import (
    DEFAULT_UNITS,
    DIMENSIONS,
    MEANINGS,
    MEANS,
)
from nfpcell.measured.readers.units import Dimension

_NO_UNIT = ("#", "-", "a", "b", "n/a", "none")
_RATE_UNITS = ("c", "1/h", "h-1", "h^-1", "h⁻¹", "/h")
_LONGEST = 80
# a character that was lost, and what it can have been in a unit
_LOST = re.compile("[\ufffd?]")
_LOST_CHARACTERS = "Ω°u²"
_NUMBERED = re.compile(r"([^\W\d]{3}.*?)[\s#.]*\d{1,2}")
_NUMBERED_RANK = 4  # of "Voltage 2", after all names without a number
_NUMBER_AFTER_UNIT = re.compile(r"(?<=[])}])[_ ]?\d{1,2}$")


@dataclass(frozen=True)
class Heading:
    """The meaning of a column heading."""

    title: str  # as in the file
    quantity: str  # a key of DIMENSIONS
    rank: int  # 0 for the preferred names of a quantity
    unit: str  # as in the file; empty if there is none
    sign: int  # -1 where the heading begins with a minus

    @property
    def dimension(self) -> Dimension | None:
        """Dimension of the unit, or of the default unit; None if not allowed."""
        allowed = DIMENSIONS[self.quantity]
        if not self.unit:
            return allowed[0]
        parsed = units.parse(self.unit)
        if parsed and parsed.dimension in allowed:
            return parsed.dimension
        # "C" is degrees here, and "Time (S)" is no conductance
        if self.quantity == "temperature" and self.unit.lower() in ("c", "°", "deg"):
            return units.TEMPERATURE
        if self.quantity == "rate" and self.unit.lower() in _RATE_UNITS:
            return units.NUMBER
        # Solartron SMaRT writes ' for the sign of degrees
        if self.quantity == "phase" and ("°" in self.unit or self.unit == "'"):
            return units.NUMBER
        # ZView's "Z'(a)"; a time such as "h:min:s" contains its units
        if self.unit in _NO_UNIT or (":" in self.unit and "time" in self.quantity):
            return allowed[0]
        return None

    @property
    def factor(self) -> float:
        """Size of the unit in SI units, of charge in coulombs."""
        if not self.unit or self.unit in _NO_UNIT:
            default = units.parse(DEFAULT_UNITS[self.quantity])
            return default.size if default else 1.0
        if self.dimension == units.TEMPERATURE or self.quantity == "rate":
            return 1.0
        parsed = units.parse(self.unit)
        return parsed.size if parsed else 1.0


@lru_cache(maxsize=8192)
def parse_heading(title: str, unit_below: str = "") -> Heading | None:
    """
    The meaning of a column heading, or None if the column is not used.

    ``unit_below`` is the cell in a row of units under the headings.

    Examples
    --------
    >>> h = parse_heading("Ewe/V")
    >>> h.quantity, h.unit, h.sign
    ('voltage', 'V', 1)
    >>> parse_heading("-Im(Z)/Ohm").sign, parse_heading("current_ampere").quantity
    (-1, 'current')
    >>> parse_heading("SpeCap/mAh/g").unit, parse_heading("Comments") is None
    ('mAh/g', True)
    """
    if len(title) > _LONGEST:
        return None
    text = units.plain(title).strip("\"'` ") if title.count('"') > 1 else ""
    text = text or units.plain(title)
    text, sign = _signed(text)
    text = _mean_with_unit(_NUMBER_AFTER_UNIT.sub("", _without_reference(text)))
    below = _without_reference(plain_unit(unit_below))
    undivided = _meaning(text, below)
    as_unit = units.parse(text)
    if undivided:
        # "Volts" is both a name and a unit
        if not below and as_unit and as_unit.dimension in DIMENSIONS[undivided[0]]:
            below = text
        return _heading(title, undivided, below, sign)
    # a unit in the heading has priority over the unit below it
    for name, unit, is_marked in _splits(text):
        meaning = _meaning(name, unit)
        if meaning:
            heading = _heading(title, meaning, unit, sign)
            # without a mark before it, the last word need not be a unit
            if is_marked or heading.dimension is not None:
                return heading
    if as_unit and len(text) > 1:
        for quantity in ("voltage", "current", "capacity"):
            if as_unit.dimension in DIMENSIONS[quantity]:
                return Heading(title.strip(), quantity, 3, text, sign)
    return None


def _heading(title: str, meaning: tuple[str, int], unit: str, sign: int) -> Heading:
    """A heading; a lost character of its unit is replaced if only one is possible."""
    heading = Heading(title.strip(), *meaning, unit, sign)
    if heading.dimension is None and _LOST.search(unit):
        repaired = (
            replace(heading, unit=_LOST.sub(character, unit))
            for character in _LOST_CHARACTERS
        )
        possible = [other for other in repaired if other.dimension is not None]
        if len(possible) == 1:
            return possible[0]
    return heading


def plain_unit(cell: str) -> str:
    """The unit in a cell, without brackets around it."""
    return units.plain(cell).strip("[](){} ")


def _signed(text: str) -> tuple[str, int]:
    """A heading without its minus, and the sign."""
    text = text.lstrip("'")
    for minus in ("-", "(-)", "neg. ", "neg ", "minus ", "negative "):
        if text.lower().startswith(minus):
            return text[len(minus) :].strip(), -1
    return text, 1


def _without_reference(text: str) -> str:
    """A heading without "vs. Na/Na+" or the like."""
    reference = r"(?i)\s+vs\.?\s[^\])(\[]*(?=([\])(\[])|$)"
    # keep a blank if a bracket opens after the reference
    blank = {"(": " ", "[": " "}
    return re.sub(reference, lambda match: blank.get(match[1], ""), text).strip()


def _mean_with_unit(text: str) -> str:
    """``<Ewe/V>`` written as ``<Ewe>/V``."""
    return re.sub(r"^<([^<>/]+)/([^<>]+)>$", r"<\1>/\2", text)


def _splits(text: str) -> Iterator[tuple[str, str, bool]]:
    """Every division of a heading into name and unit, and whether a mark is between."""
    for opening, closing in ("[]", "()", "{}"):
        if text.endswith(closing) and opening in text[1:]:
            name, _, unit = text[:-1].rpartition(opening)
            yield name, unit.strip(), True
    for mark in re.finditer(r"\s?/\s?|, | in |\|", text):
        name, unit = text[: mark.start()], text[mark.end() :].strip(" []()")
        if _is_unit(unit) or (
            _meanings_of(name) and mark.group() == "/" and "/" not in unit
        ):
            yield name, unit, True
    # as in Battery Data Format's "voltage_volt" and "capacity_ampere_hour"
    words = re.split("[_ ]", text)
    for count in range(1, min(len(words), 4)):
        unit = " ".join(words[-count:])
        if _is_unit(unit):
            yield " ".join(words[:-count]), unit, False


def _is_unit(text: str) -> bool:
    return units.parse(text) is not None or text in ("°", "#")


def _simplified(name: str) -> str:
    name = name.replace("_", " ").strip(" ~:").rstrip(".") if len(name) > 1 else name
    return re.sub(r"\s+", " ", name).strip().lower()


def _meanings_of(name: str) -> list[tuple[str, int]]:
    """Every quantity that a name can mean, with the rank of the name."""
    text = _simplified(name)
    spellings = (text, f"{text}.", text.replace(" ", ""), text.replace("-", " "))
    meanings = next((MEANINGS[s] for s in spellings if s in MEANINGS), [])
    if not meanings and text.startswith("<") and text.endswith(">"):
        inner = _meanings_of(text[1:-1])
        meanings = [(MEANS.get(quantity, quantity), rank) for quantity, rank in inner]
    numbered = _NUMBERED.fullmatch(text)
    if not meanings and numbered:
        inner = _meanings_of(numbered[1])
        meanings = [(quantity, rank + _NUMBERED_RANK) for quantity, rank in inner]
    return meanings


def _meaning(name: str, unit: str) -> tuple[str, int] | None:
    """Quantity and rank of a name; the unit decides between several meanings."""
    meanings, text = _meanings_of(name), _simplified(name)
    # "T" and "t" can be a temperature or a time
    if text == "t" or (text == "tc" and not meanings and units.parse(unit)):
        meanings = [("temperature", 0), *meanings]
    if len(meanings) < 2:
        return meanings[0] if meanings else None
    if unit:
        for quantity, rank in meanings:
            if Heading(name, quantity, rank, unit, 1).dimension is not None:
                return quantity, rank
        return meanings[-1]
    # without a unit the usual meaning
    usual = {"t": "time", "im": "imaginary part", "step": "step", "v": "voltage"}
    quantity = usual.get(text, meanings[0][0])
    return next((pair for pair in meanings if pair[0] == quantity), meanings[0])
