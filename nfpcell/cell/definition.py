"""A cell: a named, complete set of quantities, each with its source."""

import functools
import hashlib
import html
import json
import os
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from nfpcell.cell import catalogue, parameters, toml_files
from nfpcell.cell.covariance import Covariance
from nfpcell.cell.derived import ROOM_TEMPERATURE, Derived, derive_numbers
from nfpcell.cell.naming import split_unit, suggestion
from nfpcell.cell.quantity import (
    Quantity,
    check_quantities,
    finite_number,
    html_table,
    quantities_of_file,
    unknown_name,
    with_absent,
)
from nfpcell.cell.schema import (
    DIFFUSION_LAWS,
    LAYOUTS,
    SODIUM_CONTACTS,
    CellFile,
    DiffusionLaw,
    Kind,
    Layout,
    SodiumContact,
)
from nfpcell.errors import DataFileError, UnknownNameError, escaped
from nfpcell.files import write

if TYPE_CHECKING:
    import pybamm

# number of temperatures for which a cell caches its derived quantities
MOST_TEMPERATURES = 64


@dataclass(frozen=True)
class Cell:
    """All quantities that the model reads.

    Examples
    --------
    >>> cell = Cell.load("C")
    >>> cell["Positive electrode carbon mass fraction"]
    0.042
    >>> round(cell.derived().loading, 4)
    0.0347
    """

    name: str  # of a built-in cell, or the stem of any other cell file
    title: str
    quantities: Mapping[str, Quantity]  # by full name; complete and checked
    diffusion: DiffusionLaw = "falling"  # in NFP
    layout: Layout = "half-cell"  # or symmetric, with two equal electrodes
    sodium_contact: SodiumContact = "unlimited"  # or with voids above a limit
    path: Path | None = field(default=None, compare=False)  # of its file, if any
    covariance: Covariance | None = None  # of fitted quantities, if a fit stated it

    def __post_init__(self) -> None:
        where = self.path or f"cell {self.name}"
        check_quantities(self.quantities, where)
        for choice, choices, what in (
            (self.diffusion, DIFFUSION_LAWS, "law of diffusion"),
            (self.layout, tuple(LAYOUTS), "layout of a cell"),
            (self.sodium_contact, SODIUM_CONTACTS, "law of the sodium contact"),
        ):
            if choice not in choices:
                raise DataFileError(
                    f'{where}: "{choice}" is not a {what}; '
                    f"{suggestion(str(choice), choices)}"
                )
        ordered = {name: self.quantities[name] for name in parameters.NAMES.values()}
        object.__setattr__(self, "quantities", types.MappingProxyType(ordered))

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        # a mapping proxy cannot be pickled, but a sweep sends cells to its processes
        laws = self.diffusion, self.layout, self.sodium_contact
        uncertain = self.path, self.covariance
        content = self.name, self.title, dict(self.quantities), *laws, *uncertain
        return type(self), content

    def __hash__(self) -> int:
        return hash((self.name, self.sha256))

    @classmethod
    def load(
        cls, name_or_path: "str | os.PathLike[str] | Cell", material: str | None = None
    ) -> "Cell":
        """Load a built-in cell by its name (``"C"``), or the cell of a .toml file.

        ``material`` is the name of another file than the one that it is based on.
        """
        if isinstance(name_or_path, Cell):
            return name_or_path
        path, name = catalogue.find_cell(name_or_path)
        content = toml_files.check(CellFile, toml_files.read(path), path)
        base = CellFile(title=content.title)
        shared: dict[str, Quantity] = {}
        stem = material or content.based_on
        if stem is not None:
            base, shared = _read_base(stem, path)
        sources = {**base.sources, **content.sources}
        own = quantities_of_file(content, sources, path)
        quantities = with_absent({**shared, **own})
        stated = content.covariance
        return cls(
            name,
            content.title,
            quantities,
            content.laws.diffusion or base.laws.diffusion or "falling",
            content.laws.layout or base.laws.layout or "half-cell",
            content.laws.sodium_contact or base.laws.sodium_contact or "unlimited",
            path,
            Covariance.of_entry(stated, quantities, path) if stated else None,
        )

    @classmethod
    def load_named(cls, name: str, path: Path) -> "Cell":
        """Load a built-in cell, or a cell file from the folder of the file ``path``."""
        if catalogue.is_path(name):
            return cls.load(catalogue.beside(name, path))
        try:
            return cls.load(name)
        except UnknownNameError as error:
            raise DataFileError(f"{path}: {error}") from error

    def __repr__(self) -> str:
        return escaped(f"<Cell {self.name}: {self.title}>")

    def _repr_html_(self) -> str:
        heading = f"<b>Cell {html.escape(self.name)}</b>: {html.escape(self.title)}"
        return heading + html_table(list(self.quantities.values()))

    def __getitem__(self, name: str) -> float:
        if name not in self.quantities:
            raise UnknownNameError(unknown_name(name))
        return self.quantities[name].value

    @property
    def values(self) -> dict[str, float]:
        """Every value by its full name."""
        return {name: quantity.value for name, quantity in self.quantities.items()}

    def with_values(
        self,
        values: Mapping[str, float],
        kind: Kind = "assumed",
        reference: str = "set by the user",
        note: str = "",
        targets: Iterable[str] = (),
        name: str | None = None,
        title: str | None = None,
    ) -> "Cell":
        """Return a new cell with other values, checked in the same way as a file.

        The values are by full name, and have one source; ``targets`` is what "fitted"
        values were fitted to. Name and title are by default those of this cell; with a
        new name the default title says that the cell is changed. Without values, a
        name and a title, it is this cell.
        """
        if not values and name is None and title is None:
            return self
        source = kind, reference, note, tuple(targets)
        changed = [
            Quantity(key, finite_number(key, value), split_unit(key)[1], *source)
            for key, value in values.items()
        ]
        return self.with_quantities(changed, name, title)

    def with_quantities(
        self,
        changed: Iterable[Quantity],
        name: str | None = None,
        title: str | None = None,
        covariance: Covariance | None = None,
    ) -> "Cell":
        """Return a new cell with other quantities; see ``with_values``.

        ``covariance`` is that of the changed quantities; by default the cell keeps that
        of the quantities that do not change.
        """
        quantities = dict(self.quantities)
        for quantity in changed:
            if quantity.name not in quantities:
                raise UnknownNameError(unknown_name(quantity.name))
            quantities[quantity.name] = quantity
        if covariance is None and self.covariance is not None:
            same = [k for k, q in quantities.items() if q is self.quantities[k]]
            covariance = self.covariance.of(same)
        if name and not title:
            title = f"{name}: {self.title}, changed"
        return replace(
            self,
            name=name or self.name,
            title=title or self.title,
            quantities=quantities,
            path=None,
            covariance=covariance,
        )

    def with_diffusion(self, law: DiffusionLaw) -> "Cell":
        """Return a new cell with another law of diffusion in NFP."""
        return replace(self, diffusion=law, path=None)

    def with_sodium_contact(self, law: SodiumContact) -> "Cell":
        """Return a new cell with another law of the sodium contact."""
        return replace(self, sodium_contact=law, path=None)

    @property
    def laws(self) -> dict[str, str]:
        """The table ``[laws]`` of its file."""
        return {
            "diffusion": self.diffusion,
            "layout": self.layout,
            "sodium_contact": self.sodium_contact,
        }

    def derived(self, temperature: float = ROOM_TEMPERATURE) -> Derived:
        """Return the derived quantities at a temperature [K]."""
        return self._derived(temperature)

    @functools.cached_property
    def _derived(self) -> Callable[[float], Derived]:
        derive = functools.partial(derive_numbers, self.values)
        return functools.lru_cache(maxsize=MOST_TEMPERATURES)(derive)

    def parameter_values(self) -> "pybamm.ParameterValues":
        """Return the cell as ``pybamm.ParameterValues``."""
        # the only import from a higher layer, deferred because it loads PyBaMM
        from nfpcell.model.parameter_values import parameter_values

        return parameter_values(self)

    @functools.cached_property
    def sha256(self) -> str:
        """Hash of the content: quantities with their sources, laws and title."""
        rest = attrgetter("targets", "interval", "range")
        quantities = [
            (q.name, q.value.hex(), q.kind, q.reference, q.note, *rest(q))
            for q in self.quantities.values()
        ]
        content: dict[str, Any] = {"title": self.title, **self.laws}
        content["quantities"] = quantities
        if self.covariance is not None:
            content["covariance"] = self.covariance.entry()
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_toml(self, based_on: str | None = None) -> str:
        """Return the text of a complete cell file.

        With the name of a base, such as ``"yamauchi2020"``, the text has only the
        quantities that differ from the base.
        """
        import tomlkit

        shared: dict[str, Quantity] = {}
        if based_on is not None:
            _, shared = _read_base(based_on, Path(f"{self.name}.toml"))
        shared = with_absent(shared)
        written = [q for q in self.quantities.values() if shared.get(q.name) != q]
        keys: dict[str, str] = {}
        for quantity in written:
            keys.setdefault(quantity.reference, f"s{len(keys) + 1}")
        document = tomlkit.document()
        document["title"] = self.title
        if based_on is not None:
            document["based_on"] = based_on
        document["laws"] = self.laws
        document["sources"] = {key: reference for reference, key in keys.items()}
        table = tomlkit.table()
        for quantity in written:
            entry = tomlkit.inline_table()
            entry["value"] = quantity.value
            entry["kind"] = quantity.kind
            entry["source"] = keys[quantity.reference]
            for key in ("note", "targets", "interval", "range"):
                if content := asdict(quantity)[key]:
                    entry[key] = content if key == "note" else list(content)
            table[quantity.name] = entry
        document["quantities"] = table
        if self.covariance is not None:
            document["covariance"] = self.covariance.entry()
        return tomlkit.dumps(document)

    def save(
        self,
        path: str | os.PathLike[str],
        force: bool = False,
        based_on: str | None = None,
    ) -> Path:
        """
        Write ``to_toml(based_on)`` to a file; with ``force`` also to an existing one.
        """
        return write(path, self.to_toml(based_on), force)


# what public functions take as cells
OneCell: TypeAlias = Cell | str | os.PathLike[str]
Cells: TypeAlias = OneCell | Sequence[OneCell]


def _read_base(stem: str, path: Path) -> tuple[CellFile, dict[str, Quantity]]:
    """Read a base file; its quantities need not be complete."""
    base_path = catalogue.find_base(stem, path)
    base = toml_files.check(CellFile, toml_files.read(base_path), base_path)
    if base.based_on is not None:
        raise DataFileError(
            f'{path}: based_on = "{stem}" is itself based on "{base.based_on}"; right '
            "would be a file without based_on"
        )
    return base, quantities_of_file(base, base.sources, base_path)
