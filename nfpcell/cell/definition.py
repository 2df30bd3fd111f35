"""A cell: a named, complete set of quantities, each with where it comes from."""

import functools
import hashlib
import json
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from nfpcell.cell import catalogue, derived, parameters, toml_files
from nfpcell.cell.derived import ROOM_TEMPERATURE, Derived, derive_numbers
from nfpcell.cell.naming import split_unit, suggestion
from nfpcell.cell.schema import DIFFUSION_LAWS, KINDS, LAYOUTS, CellFile
from nfpcell.errors import DataFileError, UnknownNameError
from nfpcell.files import write

# at which a cell remembers what follows from it
MOST_TEMPERATURES = 64

_ATTRIBUTES = {name: key for key, name in parameters.NAMES.items()}


# ---------------------------------------------------------------------------- the cell
@dataclass(frozen=True)
class Quantity:
    """One number, its name with its unit, and where it comes from.

    Attributes
    ----------
    name, value, unit : of the number
    kind, reference, note : where it comes from, one of KINDS and in words
    targets : what a fitted one was fitted to
    interval : ends of its 95 % interval, None where none is stated
    """

    name: str
    value: float
    unit: str
    kind: str
    reference: str
    note: str = ""
    targets: tuple[str, ...] = ()
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Cell:
    """
    A named set of all quantities the model reads.

    Attributes
    ----------
    name : the word a user types for a built-in cell, the stem of any other file
    title : one line for people
    quantities : mapping of full name to Quantity, complete and checked
    diffusion : which law of diffusion in NFP the cell uses, one of DIFFUSION_LAWS
    layout : what faces each other, one of LAYOUTS; the parts are the same in all
    path : file it was read from, None if it was not

    Examples
    --------
    >>> cell = Cell.load("C")
    >>> cell["Positive electrode carbon mass fraction"]
    0.042
    >>> round(cell.derived().loading, 4)
    0.0347
    """

    name: str
    title: str
    quantities: Mapping[str, Quantity]
    diffusion: str = "falling"
    layout: str = "half-cell"
    path: Path | None = field(default=None, compare=False)

    def __post_init__(self):
        where = self.path or f"cell {self.name}"
        _check(self.quantities, where)
        if self.diffusion not in DIFFUSION_LAWS:
            raise DataFileError(
                f'{where}: "{self.diffusion}" is not a law of diffusion; '
                f"{suggestion(str(self.diffusion), DIFFUSION_LAWS)}"
            )
        if self.layout not in LAYOUTS:
            raise DataFileError(
                f'{where}: "{self.layout}" is not a layout of a cell; '
                f"{suggestion(str(self.layout), LAYOUTS)}"
            )
        ordered = {name: self.quantities[name] for name in parameters.NAMES.values()}
        object.__setattr__(self, "quantities", types.MappingProxyType(ordered))

    def __reduce__(self):
        # a mapping proxy cannot be pickled, and cells travel to worker processes
        laws = self.diffusion, self.layout
        state = self.name, self.title, dict(self.quantities), *laws, self.path
        return Cell, state

    def __hash__(self):
        return hash((self.name, self.sha256))

    @classmethod
    def load(cls, word_or_path):
        """A built-in cell by its word (``"C"``), or the cell in a .toml file."""
        if isinstance(word_or_path, cls):
            return word_or_path
        path, name = catalogue.find_cell(word_or_path)
        own = toml_files.check(CellFile, toml_files.read(path), path)
        layers = [(path, own)]
        if own.based_on is not None:
            base_path, content = catalogue.read_base(own.based_on, path)
            layers.insert(
                0, (base_path, toml_files.check(CellFile, content, base_path))
            )
        quantities, sources, diffusion, layout = {}, {}, None, None
        for where, layer in layers:
            sources = {**sources, **layer.sources}
            diffusion = layer.laws.diffusion or diffusion
            layout = layer.laws.layout or layout
            for full_name, entry in layer.quantities.items():
                quantities[full_name] = _quantity(full_name, entry, sources, where)
        laws = diffusion or "falling", layout or "half-cell"
        return cls(name, own.title, quantities, *laws, path)

    @classmethod
    def load_named(cls, word, path):
        """The cell that a file at ``path`` names: by a word, or as a file beside it."""
        if catalogue.is_path(word):
            return cls.load(catalogue.beside(word, path))
        try:
            return cls.load(word)
        except UnknownNameError as error:
            raise DataFileError(f"{path}: {error}") from error

    def __repr__(self):
        return f"<Cell {self.name}: {self.title}>"

    def __getitem__(self, name):
        if name not in self.quantities:
            raise UnknownNameError(unknown_name(name))
        return self.quantities[name].value

    @property
    def values(self):
        """Every value by its full name."""
        return {name: quantity.value for name, quantity in self.quantities.items()}

    def with_values(
        self,
        values,
        kind="assumed",
        reference="set by the user",
        note="",
        targets=(),
        name=None,
        title=None,
    ):
        """
        A new cell in which some values differ, checked like a file.

        Parameters
        ----------
        values : mapping of full name to number
        kind, reference, note, targets : where the new values come from; ``targets``
            is what ``"fitted"`` ones were fitted to
        name, title : of the new cell; those of this one by default, and with a new name
            a title that says so
        """
        changed = [
            Quantity(
                full_name,
                _number(full_name, value),
                split_unit(full_name)[1],
                kind,
                reference,
                note,
                tuple(targets),
            )
            for full_name, value in values.items()
        ]
        return self.with_quantities(changed, name, title)

    def with_quantities(self, quantities, name=None, title=None):
        """A new cell in which some quantities are others; see ``with_values``."""
        changed = dict(self.quantities)
        for quantity in quantities:
            if quantity.name not in changed:
                raise UnknownNameError(unknown_name(quantity.name))
            changed[quantity.name] = quantity
        if name and not title:
            title = f"{name}: {self.title}, changed"
        return replace(
            self,
            name=name or self.name,
            title=title or self.title,
            quantities=changed,
            path=None,
        )

    def with_diffusion(self, law):
        """A new cell with another law of diffusion in NFP."""
        return replace(self, diffusion=law, path=None)

    def derived(self, temperature: float = ROOM_TEMPERATURE) -> Derived:
        """What follows from the quantities at a temperature [K]."""
        return self._derived(temperature)

    @functools.cached_property
    def _derived(self) -> Callable[[float], Derived]:
        derive = functools.partial(derive_numbers, self.values)
        return functools.lru_cache(maxsize=MOST_TEMPERATURES)(derive)

    def parameter_values(self) -> Any:
        """The cell as ``pybamm.ParameterValues``."""
        # the one import of a higher room: PyBaMM is loaded when it is asked for
        from nfpcell.model.parameter_values import parameter_values

        return parameter_values(self)

    @functools.cached_property
    def sha256(self):
        """Hash of the content: quantities with their sources, law and title."""
        content = {
            "title": self.title,
            "diffusion": self.diffusion,
            "layout": self.layout,
            "quantities": [
                [
                    *(q.name, q.value.hex(), q.kind, q.reference, q.note),
                    *(list(q.targets), q.interval),
                ]
                for q in self.quantities.values()
            ],
        }
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_toml(self, based_on=None):
        """
        The text of a cell file that says all of this and needs no other file; with the
        name of a base, such as ``"yamauchi2020"``, only what the base does not say.
        """
        import tomlkit

        shared = {} if based_on is None else _base(based_on, f"{self.name}.toml")
        own = [q for q in self.quantities.values() if shared.get(q.name) != q]
        keys = {}
        for quantity in own:
            keys.setdefault(quantity.reference, f"s{len(keys) + 1}")
        document = tomlkit.document()
        document["title"] = self.title
        if based_on is not None:
            document["based_on"] = based_on
        document["laws"] = {"diffusion": self.diffusion, "layout": self.layout}
        document["sources"] = {key: reference for reference, key in keys.items()}
        quantities = tomlkit.table()
        for quantity in own:
            entry = tomlkit.inline_table()
            entry["value"] = quantity.value
            entry["kind"] = quantity.kind
            entry["source"] = keys[quantity.reference]
            if quantity.note:
                entry["note"] = quantity.note
            if quantity.targets:
                entry["targets"] = list(quantity.targets)
            if quantity.interval:
                entry["interval"] = list(quantity.interval)
            quantities[quantity.name] = entry
        document["quantities"] = quantities
        return tomlkit.dumps(document)

    def save(self, path, force=False, based_on=None):
        """
        Write ``to_toml(based_on)``, whole or not at all; overwrites only with
        ``force``.
        """
        return write(path, self.to_toml(based_on), force)


# -------------------------------------------------------------------------- the checks
def _base(stem, path):
    """The quantities of a base file, which need not be complete."""
    where, content = catalogue.read_base(stem, path)
    base = toml_files.check(CellFile, content, where)
    return {
        name: _quantity(name, entry, base.sources, where)
        for name, entry in base.quantities.items()
    }


def _quantity(name, entry, sources, where):
    if name not in _ATTRIBUTES:
        raise DataFileError(f"{where}: {unknown_name(name)}")
    if entry.source not in sources:
        raise DataFileError(
            f'{where}: "{name}": source "{entry.source}" is not in [sources]; '
            f"{suggestion(entry.source, sources)}"
        )
    return Quantity(
        name,
        entry.value,
        split_unit(name)[1],
        entry.kind,
        sources[entry.source],
        entry.note,
        tuple(entry.targets or ()),
        tuple(entry.interval) if entry.interval else None,
    )


def unknown_name(name):
    """Why a name is not one that a cell file holds."""
    if name in derived.NAMES.values():
        return f'"{name}" follows from other quantities and cannot be set'
    if name in parameters.CONDITIONS.values():
        return f'"{name}" is set by a run, not by a cell'
    return (
        f'"{name}" is not a name the model reads; {suggestion(str(name), _ATTRIBUTES)}'
    )


def _number(name, value):
    """The value as a finite float; neither text nor True and False are numbers."""
    if not isinstance(value, (bool, np.bool_, str, bytes)):
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    raise DataFileError(f'"{name}" = {value!r} is refused; right would be a number')


def _check(quantities, where):
    """Refuse a set that is incomplete, or whose numbers make no sense together."""
    for name, quantity in quantities.items():
        _check_one(name, quantity, where)
    missing = [name for name in _ATTRIBUTES if name not in quantities]
    if missing:
        listed = ", ".join(f'"{name}"' for name in missing[:10])
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        raise DataFileError(
            f"{where}: lacks {listed}{more}; a cell needs every quantity, its own or "
            'by based_on = "yamauchi2020"'
        )
    values = {key: quantities[name].value for name, key in _ATTRIBUTES.items()}
    for keys, allowed in parameters.SUMS:
        total = sum(values[key] for key in keys)
        if total not in allowed:
            together = '" and "'.join(parameters.NAMES[key] for key in keys)
            raise DataFileError(
                f'{where}: "{together}" sum to {total:g}; right would be {allowed}'
            )
    if values["voltage_min"] >= values["voltage_max"]:
        raise DataFileError(
            f'{where}: "{parameters.NAMES["voltage_min"]}" = {values["voltage_min"]:g} '
            f'is not below "{parameters.NAMES["voltage_max"]}" = '
            f"{values['voltage_max']:g}"
        )
    with np.errstate(all="ignore"):
        try:
            numbers = {name: quantity.value for name, quantity in quantities.items()}
            follows = derive_numbers(numbers, ROOM_TEMPERATURE).values()
        except (ArithmeticError, ValueError):
            follows = {}
    for name in derived.NAMES.values():
        if not math.isfinite(follows.get(name, math.nan)):
            raise DataFileError(
                f'{where}: the quantities together give no finite "{name}"; '
                "compare them with those of a built-in cell"
            )


def _check_one(name, quantity, where):
    if name not in _ATTRIBUTES:
        raise DataFileError(f"{where}: {unknown_name(name)}")
    allowed = parameters.ALLOWED[_ATTRIBUTES[name]]
    if quantity.value not in allowed:
        raise DataFileError(
            f'{where}: "{name}" = {quantity.value:g} makes no sense; right would be '
            f"{allowed}"
        )
    if quantity.kind not in KINDS:
        raise DataFileError(
            f'{where}: "{name}": kind "{quantity.kind}" is unknown; '
            f"{suggestion(str(quantity.kind), KINDS)}"
        )
    if quantity.interval is not None:
        low, high = quantity.interval
        if not low <= quantity.value <= high:
            raise DataFileError(
                f'{where}: "{name}" = {quantity.value:g} lies outside its interval '
                f"{low:g} to {high:g}; right would be the 95 % interval about it"
            )
    if not str(quantity.reference).strip():
        raise DataFileError(f'{where}: "{name}" has no reference; every number has one')
    if (quantity.kind == "fitted") != bool(quantity.targets):
        raise DataFileError(
            f'{where}: "{name}" is {quantity.kind} with '
            f"{len(quantity.targets)} targets; right would be a list of targets for a "
            "fitted quantity and none for any other"
        )
