"""Units as instruments spell them: their dimension and their size in SI units."""

import re
import unicodedata
from functools import lru_cache

# exponents of ampere, volt, second, kilogram, metre and kelvin
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
_POWER = (1, 1, 0, 0, 0, 0)
_ENERGY = (1, 1, 1, 0, 0, 0)

KELVIN = 273.15

# words in small letters, so that "Sec" and "AMPS" are found: size, dimension, prefixes
_SMALL = "pnumk"
_WORDS = {
    "a amp amps ampere amperes": (1, CURRENT, _SMALL),
    "v volt volts": (1, VOLTAGE, _SMALL),
    "w watt watts": (1, _POWER, _SMALL),
    "s sec secs second seconds": (1, TIME, "num"),
    "min mins minute minutes": (60, TIME, ""),
    "h hr hrs hour hours": (3600, TIME, ""),
    "d day days": (86400, TIME, ""),
    "c coulomb coulombs": (1, CHARGE, "um"),
    "ah": (3600, CHARGE, _SMALL),
    "wh": (3600, _ENERGY, _SMALL),
    "g gram grams": (1e-3, _MASS, "umk"),
    "m": (1, _LENGTH, "umcd"),
    "hz hertz": (1, FREQUENCY, "mkMG"),
    "ohm ohms ω": (1, RESISTANCE, "umkMG"),
    "k kelvin": (1, TEMPERATURE, ""),
    "% percent pct": (0.01, NUMBER, ""),
    "1 deg degree degrees °": (1, NUMBER, ""),
    "rad radian radians": (57.29577951308232, NUMBER, ""),
}
_BASES = {word: entry for words, entry in _WORDS.items() for word in words.split()}
_PREFIXES = {
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "c": 1e-2,
    "d": 1e-1,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
}
# the zero of these is not that of the kelvin
_CELSIUS = {"°c", "degc", "deg.c", "celsius", "oc", "degcelsius", "ºc", "gradc", "˚c"}
_LONGEST = 30


@lru_cache(maxsize=4096)
def parse(text):
    """
    Size and dimension of a unit, or None if it is none.

    Parameters
    ----------
    text : such as "mA", "mAh/g", "mA.h.g-1", "mA cm^-2"; degrees Celsius have the
        dimension of temperature here, and their zero is ``offset``'s matter

    Returns
    -------
    (factor to SI units, exponents), or None

    Examples
    --------
    >>> parse("mA") == (1e-3, CURRENT), parse("kΩ") == (1e3, RESISTANCE)
    (True, True)
    >>> round(parse("mAh/g")[0]), parse("mAh/g")[1] == SPECIFIC_CHARGE
    (3600, True)
    >>> parse("mA cm^-2")[1] == CURRENT_DENSITY, parse("furlong") is None
    (True, True)
    """
    text = plain(text).strip(".:")
    if not text or len(text) > _LONGEST:
        return None
    if text.lower().replace(" ", "") in _CELSIUS:
        return 1.0, TEMPERATURE
    text = re.sub(r"(?<=[0-9])(?=[A-Za-zω])", ".", text.replace("^", ""))
    # ampere-hours are one word, however they are written
    text = re.sub(r"(?i)\b([pnumk]?a)(mps?)?[.\- ]?(h|hr|hrs|hours?)\b", r"\1h", text)
    factor, exponents = 1.0, [0] * 6
    for k, part in enumerate(text.split("/")):
        for token in re.split(r"[.*\s]+", part):
            found = _token(token)
            if found is None:
                return None
            size, dimension, power = found
            power = -power if k else power
            factor *= size**power
            exponents = [
                e + power * d for e, d in zip(exponents, dimension, strict=True)
            ]
    return factor, tuple(exponents)


def _token(token):
    """Size, dimension and power of one factor of a unit."""
    match = re.fullmatch(r"([^\d\-+]+)([+-]?\d)?|1", token)
    if not match:
        return None
    word, power = match.group(1) or "1", int(match.group(2) or 1)
    if word.lower() in _BASES:
        size, dimension, _ = _BASES[word.lower()]
        return size, dimension, power
    prefix, base = word[0], word[1:].lower()
    if base in _BASES:
        size, dimension, allowed = _BASES[base]
        # "KOhm" and "CURRENT(MA)" are common; nobody has measured a megaampere
        if prefix == "K" and "k" in allowed:
            prefix = "k"
        elif prefix == "M" and dimension in (CURRENT, VOLTAGE, CHARGE):
            prefix = "m"
        if prefix in allowed:
            return size * _PREFIXES[prefix], dimension, power
    return None


def offset(text):
    """
    What to add to a temperature in this unit to have it in degrees Celsius.

    Examples
    --------
    >>> offset("K"), offset("°C")
    (-273.15, 0.0)
    """
    return -KELVIN if plain(text).lower() in ("k", "kelvin") else 0.0


@lru_cache(maxsize=4096)
def plain(text):
    """
    Text with one spelling of each sign: superscripts, dots, minus, micro, ohm.

    Examples
    --------
    >>> plain("mA·cm⁻²"), plain("µA"), plain("℃")
    ('mA.cm-2', 'uA', '°C')
    """
    text = unicodedata.normalize("NFKC", text).strip()
    for signs, one in (
        ("−–—", "-"),
        ("·⋅∙•", "."),
        ("μ", "u"),
        ("ΩΩ", "Ω"),
        ("’′´`ʹ‘", "'"),
        ("″”“", '"'),
        ("\ufeff\u200b${}", ""),
    ):
        for sign in signs:
            text = text.replace(sign, one)
    return re.sub(r"\s+", " ", text.replace("''", '"')).strip()
