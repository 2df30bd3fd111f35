"""The grammar of column headings: what a column holds, in which unit, of which sign.

A heading is a name and a unit, in any of the usual clothes: ``Voltage [V]``,
``Voltage / V``, ``Voltage(V)``, ``Ewe/V``, ``voltage_volt``, or a name alone.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from nfpcell.errors import DataFileError, printable
from nfpcell.measured.readers import units

# the columns of a recording's table: dimension of each, and its unit's size
TABLE_UNITS = {
    "Time [s]": (units.TIME, 1.0),
    "Voltage [V]": (units.VOLTAGE, 1.0),
    "Current [A]": (units.CURRENT, 1.0),
    "Current density [A.m-2]": (units.CURRENT_DENSITY, 1.0),
    "Specific current [A.kg-1]": (units.SPECIFIC_CURRENT, 1.0),
    "C-rate": (units.NUMBER, 1.0),
    "Capacity [A.h]": (units.CHARGE, 3600.0),
    "Areal capacity [A.h.m-2]": (units.AREAL_CHARGE, 3600.0),
    "Specific capacity [A.h.kg-1]": (units.SPECIFIC_CHARGE, 3600.0),
    "Temperature [degC]": (units.TEMPERATURE, 1.0),
    "Cycle": (units.NUMBER, 1.0),
    "Step": (units.NUMBER, 1.0),
}
_CHARGES = (units.CHARGE, units.AREAL_CHARGE, units.SPECIFIC_CHARGE)
# what a quantity's unit may be, the most wanted first, and what it is without one
DIMENSIONS = {
    "time": (units.TIME,),
    "step time": (units.TIME,),
    "clock": (units.TIME,),
    "voltage": (units.VOLTAGE,),
    "mean voltage": (units.VOLTAGE,),
    "current": (units.CURRENT, units.CURRENT_DENSITY, units.SPECIFIC_CURRENT),
    "mean current": (units.CURRENT,),
    "rate": (units.NUMBER,),
    "capacity": _CHARGES,
    "charge capacity": _CHARGES,
    "discharge capacity": _CHARGES,
    "charge increment": (units.CHARGE,),
    "temperature": (units.TEMPERATURE,),
    "cycle": (units.NUMBER,),
    "loop": (units.NUMBER,),
    "step": (units.NUMBER,),
    "state": (units.NUMBER,),
    "frequency": (units.FREQUENCY,),
    "real part": (units.RESISTANCE,),
    "imaginary part": (units.RESISTANCE,),
    "modulus": (units.RESISTANCE,),
    "phase": (units.NUMBER,),
}
ASSUMED_UNIT = {
    units.TIME: "s",
    units.VOLTAGE: "V",
    units.CURRENT: "A",
    units.CHARGE: "A.h",
    units.TEMPERATURE: "°C",
    units.FREQUENCY: "Hz",
    units.RESISTANCE: "Ohm",
    units.NUMBER: "1",
}
# quantities a heading must show one of, or it is a line like any other
TELLING = frozenset(DIMENSIONS) - {"cycle", "loop", "step", "state", "rate"}

# names in small letters, blanks for underscores; the first of a quantity is wanted most
_NAMES = {
    "time": (
        "test time|total time|testtime|totaltime|elapsed time|time elapsed|run time"
        "|running time|prog time|program time|elapsed|test zeit|gesamtzeit"
        "|测试时间|总时间",
        "time|t|zeit|temps|tiempo|tempo|时间|時間|经过时间|経過時間|test",
    ),
    "step time": (
        "step time|steptime|relative time|t step|schrittzeit|time in step|step"
        "|工步时间|相对时间",
    ),
    "clock": (
        "unix time|uts|epoch|epoch time|date time|datetime|timestamp|time stamp"
        "|absolute time|real time|realtime|sys time|systime|dpt time|date|datum"
        "|绝对时间|系统时间",
    ),
    "voltage": (
        "ecell|ewe ece|ewe-ece|cell voltage|cell potential|battery voltage",
        "voltage|volt|volts|vol|u|v|spannung|tension|voltaje|电压|電圧|terminal voltage"
        "|voltage measured|measured voltage",
        "ewe|potential|e|we(1).potential|working electrode|vf|potential "
        "applied|电位|電位"
        "|potentiel|potenzial|we potential",
        "vm",
    ),
    "mean voltage": ("<ewe>|<ecell>|vdc|edc|e dc|dc voltage|dc potential",),
    "current": (
        "current|i|amps|amp|cur|curr|strom|courant|corriente|电流|電流|cell current"
        "|battery current|current density|specific current|areal current"
        "|we(1).current|im|j|current measured|measured current|i cell|mass current",
        "current applied|applied current|current density applied",
    ),
    "mean current": ("<i>|idc|i dc|dc current",),
    "rate": ("c-rate|c rate|crate|rate|rate c",),
    "capacity": (
        "(q-qo)|q-qo|net capacity",
        "capacity|cap|q|kapazität|kapazitaet|capacité|capacidad|容量|specific capacity"
        "|spec. cap.|spec cap|spe. cap.|specap|speccap|scapacity|areal capacity"
        "|capacity density|amp hr|amp-hr|ampere hour|charge passed|step capacity|ah"
        "|ah accu|ahaccu|ah step|specific cap|比容量|mass capacity|cap.",
        "q charge/discharge|cmpcap|charge",
        "cumulative capacity|total capacity|capacity accumulated",
    ),
    "charge capacity": (
        "charge capacity|charging capacity|chg. cap.|chg cap|cap chg|charge cap"
        "|q charge|chg capacity|ah ch|ah cha|charge specific capacity|ladekapazität"
        "|specific charge capacity|chg. spec. cap.|spec charge capacity|充电容量"
        "|chgcap|capacity charge|capacity of charge|charge q",
    ),
    "discharge capacity": (
        "discharge capacity|discharging capacity|dchg. cap.|dchg cap|cap dchg"
        "|discharge cap|q discharge|dchg capacity|ah dis|ah dch|entladekapazität"
        "|discharge specific capacity|specific discharge capacity|dchg. spec. cap."
        "|spec discharge capacity|dischg. cap.|dis. cap.|放电容量|dchgcap"
        "|capacity discharge|capacity of discharge|discharge q",
    ),
    "charge increment": ("dq",),
    "temperature": (
        "temperature|temp|temp.|cell temperature|cell temp|temperatur|température"
        "|temperatura|温度|temperature cell|battery temperature|t cell",
        "t1|temperature t1|surface temperature|surface temperature t1|temp 1|temp1"
        "|temperature 1|aux temperature 1|aux temperature|logtemp001|thermocouple"
        "|temp. 1|t 1|temp probe|auxtemp|aux temp",
        "ambient temperature|chamber temperature|oven temperature|env temp"
        "|environment temperature|evtemp|chamber temp|environmental temperature"
        "|t ambient|t amb|ambient temp",
    ),
    "cycle": (
        "cycle|cycle number|cycle index|cycle no|cycle no.|cycle count|cyc#|cyc"
        "|cycle id|cycle nr|cycle p|cycle level|zyklus|循环号|循环|cyclenumber"
        "|full cycle|cycles",
        "half cycle",
    ),
    "loop": ("z cycle|loop|loop number|sweep|scan",),
    "step": (
        "step|step number|step index|step no|step no.|step count|step id|ns|step nr"
        "|steps|工步号|工步|line|stepnumber|segment|segment #|seg",
    ),
    "state": (
        "state|status|step type|step name|step state|direction|mode name|md|工步类型"
        "|工作状态|zustand|record type|steptype|work mode|工步状态",
    ),
    "frequency": ("frequency|freq|f|freq.|frequenz|fréquence|频率|周波数",),
    "real part": (
        "z re|zre|re(z)|z'|zreal|z real|real(z)|real|zr|re|rez|real impedance|z'(a)"
        "|zre(a)|impedance real|real z|z'(ω)|re z|z(re)|z prime",
    ),
    "imaginary part": (
        'z im|zim|im(z)|z"|zimag|z imag|imag(z)|imag|zi|im|imz|imaginary impedance'
        '|z"(b)|impedance imag|imag z|imaginary|im z|z(im)|impedance imaginary'
        "|z double prime|zimaginary",
    ),
    "modulus": ("|z||zmod|z mod|abs(z)|mod(z)|impedance|z magnitude|magnitude|z|absz",),
    "phase": ("phase|phase(z)|zphz|z phase|theta|phase angle|phi|arg(z)|phz|phase z",),
}


def _table_of_names():
    found = {}
    for quantity, ranks in _NAMES.items():
        for rank, words in enumerate(ranks):
            # "|z|" has the separator in it
            for word in words.replace("|z||", "|z| |").split("|"):
                name = word.strip()
                if name:
                    found.setdefault(name, []).append((quantity, rank))
    found["|z|"] = [("modulus", 0)]
    return found


_QUANTITIES = _table_of_names()
# unit words at the end of a machine name, as in Battery Data Format's "voltage_volt"
_MACHINE_UNITS = [
    "second",
    "seconds",
    "volt",
    "volts",
    "ampere",
    "amperes",
    "celsius",
    "ah",
    "mah",
    "ohm",
    "hertz",
    "degc",
    "hz",
    "mv",
    "ma",
    "min",
    "minute",
    "minutes",
    "hour",
    "hours",
    "amp",
    "s",
    "v",
    "a",
    "h",
    "milliampere",
    "millivolt",
    "mv",
    "c",
    "degree",
    "1",
    "deg",
    "kelvin",
]
_SPOKEN = {"milliampere": "mA", "millivolt": "mV", "ma": "mA", "mah": "mAh", "mv": "mV"}
_NO_UNIT = ("#", "-", "a", "b", "n/a", "none")
# left out if their unit is not known; others are refused
_OPTIONAL = frozenset(
    {"temperature", "cycle", "loop", "step", "state", "rate", "clock", "step time"}
)
# a second column of the same heading leaves open which is meant
_ALONE = frozenset(
    {
        "time",
        "voltage",
        "current",
        "capacity",
        "frequency",
        "real part",
        "imaginary part",
        "modulus",
        "phase",
    }
)
_LONGEST = 80


@dataclass(frozen=True)
class Heading:
    """
    What a column's heading says.

    Attributes
    ----------
    title : as in the file
    quantity : a key of DIMENSIONS
    rank : 0 for the name that is wanted most among those of a quantity
    unit : as in the file; empty if there is none
    sign : -1 where the heading begins with a minus
    """

    title: str
    quantity: str
    rank: int
    unit: str
    sign: int

    @property
    def dimension(self):
        """Exponents of the unit; of the assumed one without; None if not known."""
        allowed = DIMENSIONS[self.quantity]
        if not self.unit:
            return allowed[0]
        found = units.parse(self.unit)
        if found and found[1] in allowed:
            return found[1]
        # "C" is degrees here, and "Time (S)" is no conductance
        if self.quantity == "temperature" and self.unit.lower() in ("c", "°", "deg"):
            return units.TEMPERATURE
        if self.quantity == "phase" and "°" in self.unit:
            return units.NUMBER
        # ZView's "Z'(a)"; times such as "h:min:s" bring their units with them
        if self.unit in _NO_UNIT or (":" in self.unit and "time" in self.quantity):
            return allowed[0]
        return None

    @property
    def factor(self):
        """Size of the unit in SI units, of charge in coulombs."""
        if not self.unit or self.unit in _NO_UNIT:
            return 3600.0 if self.dimension == units.CHARGE else 1.0
        if self.dimension == units.TEMPERATURE:
            return 1.0
        found = units.parse(self.unit)
        return found[0] if found else 1.0


@lru_cache(maxsize=8192)
def heading(title, unit=""):
    """
    What a column heading says, or None if it is of no interest here.

    Parameters
    ----------
    title : text of the heading
    unit : of a row of units under it, for a heading that has none

    Returns
    -------
    Heading or None

    Examples
    --------
    >>> h = heading("Ewe/V")
    >>> h.quantity, h.unit, h.sign
    ('voltage', 'V', 1)
    >>> heading("-Im(Z)/Ohm").sign, heading("current_ampere").quantity
    (-1, 'current')
    >>> heading("SpeCap/mAh/g").unit, heading("Comments") is None
    ('mAh/g', True)
    """
    if len(title) > _LONGEST:
        return None
    text = units.plain(title).strip("\"'` ") if title.count('"') > 1 else ""
    text = text or units.plain(title)
    text, sign = _signed(text)
    text = _without_reference(text)
    below = _without_reference(units.plain(unit).strip("[](){} "))
    whole = _named(text, below)
    # a unit in the heading and another under it: the heading's, and the rest is checked
    for name, own in _splits(text):
        found = _named(name, own)
        if found and not (whole and own.lower() == "z"):
            quantity, rank = found
            return Heading(title.strip(), quantity, rank, own, sign)
    alone = units.parse(text)
    if whole:
        quantity, rank = whole
        # "Volts" is a name and a unit
        if not below and alone and alone[1] in DIMENSIONS[quantity]:
            below = text
        return Heading(title.strip(), quantity, rank, below, sign)
    if alone and len(text) > 1:
        for quantity in ("voltage", "current", "capacity"):
            if alone[1] in DIMENSIONS[quantity]:
                return Heading(title.strip(), quantity, 3, text, sign)
    return None


def _signed(text):
    for minus in ("-", "neg. ", "neg ", "minus ", "negative "):
        if text.lower().startswith(minus):
            return text[len(minus) :].strip(), -1
    return text, 1


def _without_reference(text):
    """
    A heading without what a potential is measured against.

    Examples
    --------
    >>> _without_reference("E (V vs. Na/Na+)"), _without_reference("E vs Na [V]")
    ('E (V)', 'E [V]')
    """
    return re.sub(r"(?i)\s+vs\.?\s[^\])(\[]*(?=[\])(\[]|$)", _gap, text).strip()


def _gap(match):
    """A blank where a bracket opens behind the reference."""
    rest = match.string[match.end() :]
    return " " if rest[:1] in ("(", "[") and rest else ""


def _splits(text):
    """Every way to read a heading as a name and a unit."""
    for opening, closing in ("[]", "()", "{}"):
        if text.endswith(closing) and opening in text[1:]:
            name, _, unit = text[:-1].rpartition(opening)
            yield name, unit.strip()
    for mark in re.finditer(r"\s?/\s?|, | in |\|", text):
        name, unit = text[: mark.start()], text[mark.end() :].strip(" []()")
        if _is_unit(unit) or (
            _quantity_of(name) and mark.group() == "/" and "/" not in unit
        ):
            yield name, unit
    name, mark, unit = text.rpartition("_")
    if not mark:
        name, mark, unit = text.rpartition(" ")
    if mark and (unit.lower() in _MACHINE_UNITS or _is_unit(unit)):
        yield name, _SPOKEN.get(unit, unit)


def _is_unit(text):
    return units.parse(text) is not None or text in ("°", "#")


def _words(name):
    name = name.replace("_", " ").strip(" ~:").rstrip(".") if len(name) > 1 else name
    return re.sub(r"\s+", " ", name).strip().lower()


def _quantity_of(name):
    words = _words(name)
    for spelling in (
        words,
        words + ".",
        words.replace(" ", ""),
        words.replace("-", " "),
    ):
        if spelling in _QUANTITIES:
            return _QUANTITIES[spelling]
    return None


def _named(name, unit):
    """Quantity and rank of a name with a unit; the unit decides between two of them."""
    found = _quantity_of(name)
    if not found:
        # "T" is a temperature, "t" a time, when the unit says so
        if _words(name) in ("t", "tc") and units.parse(unit):
            found = [("temperature", 0)]
        else:
            return None
    if _words(name) == "t":
        found = [("temperature", 0), *found]
    if len(found) == 1:
        return found[0]
    for quantity, rank in found:
        probe = Heading(name, quantity, rank, unit, 1)
        if unit and probe.dimension is not None:
            return quantity, rank
    if unit:
        return found[-1]
    # without a unit the plainest meaning
    plain = {"t": "time", "im": "imaginary part", "step": "step", "v": "voltage"}
    wanted = plain.get(_words(name), found[0][0])
    return next((pair for pair in found if pair[0] == wanted), found[0])


@dataclass(frozen=True)
class Column:
    """A column that was chosen for a quantity: its heading and its place."""

    heading: Heading
    place: int

    @property
    def quantity(self):
        """Of the heading."""
        return self.heading.quantity


def choose(titles, path, below=()):
    """
    The columns of a table that are of use, one for a quantity.

    Parameters
    ----------
    titles : headings of a table, in order
    path : of the file, for sentences
    below : the cells of a row of units under the headings, if there is one

    Returns
    -------
    columns : dict of quantity to Column
    remarks : what was assumed, as sentences

    Raises
    ------
    DataFileError : for a unit that a quantity cannot have, or two units of one column
    """
    candidates = {}
    for place, title in enumerate(titles):
        own = below[place] if place < len(below) else ""
        found = heading(title, own)
        if found is None:
            continue
        _refuse_two_units(found, own, path)
        candidates.setdefault(found.quantity, []).append(Column(found, place))
    columns, remarks = {}, []
    sizes = [len(rivals) for rivals in candidates.values()]
    for quantity, rivals in candidates.items():
        rivals.sort(key=_wanted)
        chosen = rivals[0]
        if chosen.heading.dimension is None and quantity in _OPTIONAL:
            remarks.append(f'"{chosen.heading.title}" has no unit that is known')
            continue
        _refuse_unknown_unit(chosen.heading, path)
        if quantity in _ALONE:
            _refuse_twins(chosen, rivals, sizes, path)
        columns[quantity] = chosen
        others = [rival.heading.title for rival in rivals[1:]]
        if others and quantity in ("voltage", "current", "temperature"):
            remarks.append(
                f'{quantity} is taken from "{chosen.heading.title}", not from '
                + ", ".join(f'"{title}"' for title in others[:3])
            )
    return columns, remarks


def listed(titles):
    """Headings as a sentence has them: printable, and not too many."""
    shown = []
    for title in titles:
        shown.append(printable(title[:40]) + "…" * (len(title) > 40))
        if sum(map(len, shown)) > 150:
            shown.append("…")
            break
    return ", ".join(shown)


def _refuse_twins(chosen, rivals, sizes, path):
    """Two columns of one heading, unless the whole table stands side by side twice."""
    title = chosen.heading.title
    twins = sum(rival.heading.title == title for rival in rivals)
    if twins > 1 and any(size < twins for size in sizes):
        places = [str(r.place + 1) for r in rivals if r.heading.title == title]
        often = "twice" if twins == 2 else f"{twins} times"
        raise DataFileError(
            f'{path}: the heading "{title}" stands {often}, in '
            f"columns {', '.join(places[:5])}; right would be another heading for each "
            "column"
        )


def assumed_units(columns):
    """
    What to say of columns whose unit is not given, as sentences, one or none.

    Parameters
    ----------
    columns : list of Column
    """
    without = [
        f'"{column.heading.title}" {ASSUMED_UNIT[column.heading.dimension]}'
        for column in columns
        if not column.heading.unit and column.heading.dimension != units.NUMBER
    ]
    return [f"no unit is given and assumed for {', '.join(without)}"] if without else []


def _wanted(column):
    """Order of columns of one quantity: known unit, name, then unit, then place."""
    head = column.heading
    allowed = DIMENSIONS[head.quantity]
    known = head.dimension is not None
    return (
        not known,
        head.rank,
        allowed.index(head.dimension) if known else 0,
        column.place,
    )


def _refuse_two_units(found, below, path):
    below = units.plain(below).strip("[](){} ")
    if not below or not found.unit or below == found.unit:
        return
    under = replace(found, unit=below)
    if units.parse(below) is None or under.dimension is None:
        return
    if (under.dimension, under.factor) != (found.dimension, found.factor):
        raise DataFileError(
            f'{path}: column "{found.title}" has the unit {below} under its heading; '
            "right would be one unit"
        )


def _refuse_unknown_unit(head, path):
    if head.dimension is not None:
        return
    examples = {
        "time": "s, min, h or h:mm:ss",
        "step time": "s, min, h or h:mm:ss",
        "voltage": "V or mV",
        "current": "A, mA, mA/cm2 or mA/g",
        "capacity": "Ah, mAh, mAh/cm2 or mAh/g",
        "temperature": "°C or K",
        "frequency": "Hz, kHz or MHz",
        "real part": "Ohm, kOhm or mOhm",
    }
    family = {
        "charge capacity": "capacity",
        "discharge capacity": "capacity",
        "imaginary part": "real part",
        "modulus": "real part",
        "mean voltage": "voltage",
        "mean current": "current",
    }
    right = examples.get(family.get(head.quantity, head.quantity), "none")
    raise DataFileError(
        f'{path}: column "{head.title}": unit {head.unit.lower()} is not known; right '
        f"would be {right}"
    )
