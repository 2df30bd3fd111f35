"""The files of a fit: cell files, figures, tables and a report; all or none."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import tomlkit
from matplotlib.figure import Figure

from nfpcell import plot
from nfpcell.cell import catalogue, toml_files
from nfpcell.errors import refusal
from nfpcell.figures import appearance, fit_figures, sequence_figures
from nfpcell.files import jsonable
from nfpcell.fitting import fit_tables, sequence_tables
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.fit_request import CompletedFit
from nfpcell.fitting.fit_result import Fit
from nfpcell.reports import fit_report, output_files

FIGURES = {
    "fit": "Measured and fitted curves",
    "sequence": "Measured and fitted sequences",
    "spectra": "Measured and fitted spectra",
    "targets": "Published numbers",
    "prediction": "Predicted capacity over rate, with its 95 % band",
}


@dataclass(frozen=True)
class Destination:
    """Where the files of a fit are written."""

    folder: Path  # made if it does not exist
    prefix: str  # of all file names except those of cells
    cells: Mapping[str, str]  # name of the cell file, by the key of the cell
    shared: Path | None = None  # base file of all cells, if the fit changes it
    force: bool = False  # whether existing files may be replaced

    @property
    def existing(self) -> list[Path]:
        """The files of the fit that exist already."""
        formats = appearance.current().formats
        figures = [f"{stem}.{end}" for stem in FIGURES for end in formats]
        tables = ["curves.csv", "sequences.csv", "posterior.csv"]
        others = [*figures, *tables, "report.html", "fit.json"]
        names = [*self.cells.values(), *(f"{self.prefix}{name}" for name in others)]
        return [path for name in names if (path := self.folder / name).exists()]


def destination(out: str | Path, plan: FitPlan, force: bool = False) -> Destination:
    """Return where a fit is written; checked before the fit is computed.

    ``out`` is a folder; or a .toml file, for a fit of one cell. Existing files are
    replaced only with ``force``, measured files never.
    """
    if not str(out).strip():
        raise refusal("--out", "no name is given", "my_cell.toml or a folder")
    out = Path(out)
    if out.suffix.lower() == ".toml":
        if len(plan.cells) > 1:
            what = f"{out} is one file, but {len(plan.cells)} cells are fitted"
            raise refusal("--out", what, "a folder")
        cells = dict.fromkeys(plan.cells, out.name)
        place = Destination(out.parent, f"{out.stem}_", cells, None, force)
    else:
        cells = {key: f"{key}.toml" for key in plan.cells}
        place = Destination(out, "", cells, _shared_file(plan), force)
    output_files.writable_folder(place.folder)
    data = {Path(file.path).resolve() for file in plan.data}
    for path in place.existing:
        if path.resolve() in data:
            what = f"{path} is one of the files that are fitted and is not replaced"
            raise refusal("--out", what, "another name")
        if not force:
            what = f"{path} exists already and is not replaced"
            raise refusal("--out", what, "another name, or --force")
    return place


def write(
    completed: CompletedFit,
    place: Destination,
    options: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write a fit to its destination; return the paths, those of cell files first.

    ``fit.json`` also states the ``options`` of the command.
    """
    if place.existing and not place.force:
        path = place.existing[0]
        what = f"{path} was written by another program in the meantime; it is kept"
        raise refusal("--out", what, "another name")
    fit, posterior = completed.fit, completed.posterior
    curves, sequences = fit_tables.curves(fit), sequence_tables.sequences(fit)
    figures = _figures(fit, curves, sequences, completed.rate_bands)
    first = next(iter(place.cells.values()))
    fit_json = record(completed, place.folder / first) | {"options": options or {}}
    contents: dict[str, str | pd.DataFrame | Figure] = {
        name: fit.cells[key].to_toml() for key, name in place.cells.items()
    }
    if place.shared is not None:
        contents[place.shared.name] = shared_text(fit, place.shared)
    by_heading = {FIGURES[stem]: figure for stem, figure in figures.items()}
    others: dict[str, str | pd.DataFrame | Figure] = {
        "report.html": fit_report.render(fit, by_heading, first),
        "fit.json": f"{json.dumps(fit_json, indent=2)}\n",
    }
    if len(curves):
        others["curves.csv"] = curves
    if len(sequences):
        others["sequences.csv"] = sequences
    if posterior is not None:
        others["posterior.csv"] = posterior.samples
    others |= figures
    contents |= {f"{place.prefix}{name}": content for name, content in others.items()}
    return output_files.write_files(place.folder, contents)


def _figures(
    fit: Fit,
    curves: pd.DataFrame,
    sequences: pd.DataFrame,
    bands: pd.DataFrame | None,
) -> dict[str, Figure]:
    """Return the figures of tables with rows, by the stem of their file."""
    cells: dict[str, Any] = {"cells": fit.measured_cells}
    draw: dict[str, tuple[Callable[..., Figure], pd.DataFrame | None]] = {
        "fit": (partial(fit_figures.fitted_curves, **cells), curves),
        "sequence": (sequence_figures.fitted_sequences, sequences),
        "spectra": (fit_figures.fitted_spectra, fit_tables.spectra(fit)),
        "targets": (plot.scores, fit_tables.targets(fit)),
        "prediction": (partial(fit_figures.predicted_capacity, **cells), bands),
    }
    return {
        stem: figure_of(table)
        for stem, (figure_of, table) in draw.items()
        if table is not None and len(table)
    }


def record(completed: CompletedFit, cell_file: Path | None = None) -> dict[str, Any]:
    """Return the record of a fit for ``--json`` and ``fit.json``."""
    fit, posterior = completed.fit, completed.posterior
    values = {
        "parameters": fit.parameters.to_dict("records"),
        "residual_rms": fit.residual_rms,
        "spectrum_rms": fit.spectrum_rms,
        "evaluations": fit.evaluations,
        "failures": fit.failures,
        "cell_file": None if cell_file is None else str(cell_file),
        "findings": list(fit.findings),
        "interrupted": fit.interrupted,
        "recognised": fit.recognised.to_dict("records"),
        "targets": fit_tables.targets(fit).to_dict("records"),
    }
    if posterior is not None:
        values["posterior"] = posterior.summary.to_dict("records")
    if fit.uncertainty is not None:
        names = list(fit.parameters["Name"])
        correlations = pd.DataFrame(fit.correlations, names, names)
        values["correlations"] = correlations.round(6).to_dict("index")
        values["inflation"] = fit.uncertainty.inflation
    return jsonable(values)


# ------------------------------------------------- the file that several cells share
def _shared_file(plan: FitPlan) -> Path | None:
    """Return the common base file of all cells, if the fit changes only this file.

    This is so if every fitted quantity is fitted for exactly those cells that take it
    from the base file.
    """
    paths = [plan.files.get(key) for key in plan.cells]
    contents = [toml_files.read(path) if path else {} for path in paths]
    (base, *others), first = [c.get("based_on") for c in contents], paths[0]
    if first is None or base is None or not others or {base} != set(others):
        return None
    for free in plan.free.parameters:
        for cell, content in zip(plan.cells.values(), contents, strict=True):
            stated_in_cell = free.name in content.get("quantities", {})
            if free.applies_to(cell.name) == stated_in_cell:
                return None
    return catalogue.find_base(base, first)


def shared_text(fit: Fit, path: Path) -> str:
    """Return the text of the shared cell file with the fitted numbers in it."""
    document: Any = tomlkit.parse(path.read_text(encoding="utf-8"))
    quantities, sources = document["quantities"], document["sources"]
    for key, cell in fit.cells.items():
        for free in fit.plan.free.parameters:
            if not free.applies_to(fit.plan.cells[key].name):
                continue
            quantity, entry = cell.quantities[free.name], quantities[free.name]
            sources["fit"] = quantity.reference
            entry["value"] = float(f"{quantity.value:.6g}")
            entry["kind"], entry["source"] = "fitted", "fit"
            entry["targets"] = list(quantity.targets)
            entry.pop("interval", None)
            if quantity.interval:
                entry["interval"] = [float(f"{end:.4g}") for end in quantity.interval]
    used = {entry["source"] for entry in quantities.values()}
    for source in [source for source in sources if source not in used]:
        del sources[source]
    # spaces as in the built-in files
    return tomlkit.dumps(document).replace("]}\n", "] }\n")
