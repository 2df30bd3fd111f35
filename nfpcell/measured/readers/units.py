"""Units as instruments write them: their size in SI units and their dimension."""

import math
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# exponents of ampere, volt, second, kilogram, metre and kelvin
Dimension = tuple[int, ...]
CURRENT = (1, 0, 0, 0, 0, 0)
CURRENT_DENSITY = (1, 0, 0, 0, -2, 0)
SPECIFIC_CURRENT = (1, 0, 0, -1, 0, 0)
VOLTAGE = (0, 1, 0, 0, 0, 0)
TIME = (0, 0, 1, 0, 0, 0)
CHARGE = (1, 0, 1, 0, 0, 0)
AREAL_CHARGE = (1, 0, 1, 0, -2, 0)
SPECIFIC_CHARGE = (1, 0, 1, -1, 0, 0)
TEMPERATURE = (0, 0, 0, 0, 0, 1)
FREQUENCY = (0, 0, -1, 0, 0, 0)
RESISTANCE = (-1, 1, 0, 0, 0, 0)
NUMBER = (0, 0, 0, 0, 0, 0)
_MASS = (0, 0, 0, 1, 0, 0)
_LENGTH = (0, 0, 0, 0, 1, 0)
POWER = (1, 1, 0, 0, 0, 0)
_ENERGY = (1, 1, 1, 0, 0, 0)

ZERO_CELSIUS = 273.15  # K
COULOMBS_PER_AMPERE_HOUR = 3600.0
JOULES_PER_WATT_HOUR = 3600.0


class BaseUnit(NamedTuple):
    """A base unit and its allowed prefixes."""

    size: float  # in SI units
    dimension: Dimension
    prefixes: str


# names of units in lower case, so that "Sec" and "AMPS" are recognised
_SMALL = "pnumk"
_WORDS = {
    "a amp amps ampere amperes": BaseUnit(1, CURRENT, _SMALL),
    "v volt volts": BaseUnit(1, VOLTAGE, _SMALL),
    "w watt watts": BaseUnit(1, POWER, _SMALL),
    "s sec secs second seconds sekunde sekunden secondes segundos 秒": BaseUnit(
        1, TIME, "num"
    ),
    "min mins minute minutes minuten minutos minuti 分 分钟": BaseUnit(60, TIME, ""),
    "h hr hrs hour hours std stunde stunden heures horas 小时": BaseUnit(
        3600, TIME, ""
    ),
    "d day days tag tage jours 天": BaseUnit(86400, TIME, ""),
    "c coulomb coulombs": BaseUnit(1, CHARGE, "um"),
    "ah": BaseUnit(COULOMBS_PER_AMPERE_HOUR, CHARGE, _SMALL),
    "as": BaseUnit(1, CHARGE, _SMALL),
    "wh": BaseUnit(3600, _ENERGY, _SMALL),
    "j joule joules": BaseUnit(1, _ENERGY, "mk"),
    "g gram grams": BaseUnit(1e-3, _MASS, "umk"),
    "m": BaseUnit(1, _LENGTH, "umcd"),
    "hz hertz": BaseUnit(1, FREQUENCY, "mkMG"),
    "ohm ohms ω": BaseUnit(1, RESISTANCE, "umkMG"),
    "k kelvin": BaseUnit(1, TEMPERATURE, ""),
    "% percent pct": BaseUnit(0.01, NUMBER, ""),
    "1 deg degree degrees °": BaseUnit(1, NUMBER, ""),
    "rad radian radians": BaseUnit(57.29577951308232, NUMBER, ""),
}
_BASES = {word: entry for words, entry in _WORDS.items() for word in words.split()}
_SIZES = (1e-12, 1e-9, 1e-6, 1e-3, 1e-2, 1e-1, 1e3, 1e6, 1e9)
_PREFIXES = dict(zip("pnumcdkMG", _SIZES, strict=True))
_CELSIUS = {
    "°c",
    "degc",
    "deg.c",
    "celsius",
    "oc",
    "degcelsius",
    "ºc",
    "gradc",
    "˚c",
    "'c",
}
_LONGEST = 30
_PREFIX_WORD = re.compile("(nano|micro|milli|kilo|mega)(?=..)")
_LETTERS = {"nano": "n", "micro": "u", "milli": "m", "kilo": "k", "mega": "M"}
_AMPERE_HOURS = re.compile(
    r"(?i)\b([pnumk]|nano|micro|milli|kilo)?a(?:mp(?:s|eres?)?)?"
    r"[.\- ]?(?:h|hr|hrs|hours?)\b"
)


class ParsedUnit(NamedTuple):
    """Size and dimension of a unit."""

    size: float  # in SI units
    dimension: Dimension


@lru_cache(maxsize=4096)
def parse(text: str) -> ParsedUnit | None:
    """
    Parse a unit such as "mA", "mAh/g", "mA.h.g-1" or "mA cm^-2"; None for other text.

    For degrees Celsius the size has no offset, see ``celsius_offset``.

    Examples
    --------
    >>> parse("mA") == (1e-3, CURRENT), parse("kΩ") == (1e3, RESISTANCE)
    (True, True)
    >>> round(parse("mAh/g").size), parse("mAh/g").dimension == SPECIFIC_CHARGE
    (3600, True)
    >>> parse("mA cm^-2").dimension == CURRENT_DENSITY, parse("furlong") is None
    (True, True)
    """
    text = plain(text).strip(".:")
    if not text or len(text) > _LONGEST:
        return None
    if text.lower().replace(" ", "") in _CELSIUS:
        return ParsedUnit(1.0, TEMPERATURE)
    if re.fullmatch(r"rad(ians?)?[ ./]*s(ec|econds?)?(\^?-1)?", text.lower()):
        return ParsedUnit(1 / math.tau, FREQUENCY)
    text = re.sub(r"(?<=[0-9])(?=[A-Za-zω])", ".", text.replace("^", ""))
    # write ampere-hours as one word
    text = _AMPERE_HOURS.sub(r"\1ah", text)
    size = 1.0
    dimension: Dimension = NUMBER
    for k, part in enumerate(text.split("/")):
        for token in re.split(r"[.*\s]+", part):
            factor = _factor(token, sign=-1 if k else 1)
            if factor is None:
                return None
            size *= factor.size
            exponents = zip(dimension, factor.dimension, strict=True)
            dimension = tuple(a + b for a, b in exponents)
    return ParsedUnit(size, dimension)


def _factor(token: str, sign: int) -> ParsedUnit | None:
    """A factor of a unit, such as "cm-2"; with sign -1 it is a divisor."""
    match = re.fullmatch(r"([^\d\-+]+)([+-]?\d)?|1", token)
    if not match:
        return None
    word, power = match.group(1) or "1", sign * int(match.group(2) or 1)
    size, base = 1.0, word.lower()
    if base not in _BASES:
        full = _PREFIX_WORD.match(base)
        prefix = _LETTERS[full[0]] if full else word[0]
        base = base[full.end() if full else 1 :]
        if base not in _BASES:
            return None
        dimension, prefixes = _BASES[base].dimension, _BASES[base].prefixes
        # "KOhm" and "CURRENT(MA)" are common; nobody writes megaamperes
        if prefix == "K" and "k" in prefixes:
            prefix = "k"
        elif prefix == "M" and dimension in (CURRENT, VOLTAGE, CHARGE, TIME):
            prefix = "m"
        if prefix not in prefixes:
            return None
        size = _PREFIXES[prefix]
    size *= _BASES[base].size
    dimension = tuple(power * exponent for exponent in _BASES[base].dimension)
    return ParsedUnit(size**power, dimension)


def celsius_offset(unit: str) -> float:
    """The number to add to a temperature in this unit to get degrees Celsius."""
    return -ZERO_CELSIUS if plain(unit).lower() in ("k", "kelvin") else 0.0


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Text with uniform superscripts, dots, minus, micro, ohm and quotes."""
    text = unicodedata.normalize("NFKC", text).strip()
    for variants, character in (
        ("−–—", "-"),
        ("·⋅∙•", "."),
        ("μ", "u"),
        ("ΩΩ", "Ω"),
        ("’′´`ʹ‘", "'"),
        ("″”“", '"'),
        ("\ufeff\u200b${}Â", ""),
    ):
        for variant in variants:
            text = text.replace(variant, character)
    return re.sub(r"\s+", " ", text.replace("''", '"')).strip()
