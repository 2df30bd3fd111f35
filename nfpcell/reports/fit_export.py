"""What a fit writes: cell files, figures, tables and a report; whole or not at all."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from nfpcell import plot
from nfpcell.cell import catalogue, toml_files
from nfpcell.errors import DataFileError
from nfpcell.files import jsonable
from nfpcell.fitting import fit_tables
from nfpcell.reports import fit_report


@dataclass(frozen=True)
class Places:
    """
    Where everything of a fit goes.

    Attributes
    ----------
    folder : that exists
    prefix : what file names begin with
    cells : mapping of a cell's key to the name of its file
    shared : path of the file that all cells are based on, if the fit changes that one
    force : whether files that are there may be replaced
    """

    folder: Path
    prefix: str
    cells: dict
    shared: Path | None = None
    force: bool = False

    @property
    def there(self):
        """Which of them are there already, as a list of paths."""
        return [p for n in self.names if (p := self.folder / n).exists()]

    @property
    def names(self):
        """All file names that may be written."""
        stems = ("fit", "spectra", "targets", "prediction")
        figures = [f"{self.prefix}{s}.{end}" for s in stems for end in ("png", "svg")]
        tables = [
            f"{self.prefix}{s}" for s in ("curves.csv", "report.html", "fit.json")
        ]
        return [*self.cells.values(), *figures, *tables]


def places(out, plan, force=False):
    """
    Check where a fit is to be written, before it is computed.

    Parameters
    ----------
    out : path of a .toml file, for one cell; or of a folder
    plan : Plan
    force : whether files that are there may be replaced

    Raises
    ------
    DataFileError : one sentence
    """
    if not str(out).strip():
        raise DataFileError(
            "--out: no name is given; right would be my_cell.toml or a folder"
        )
    out = Path(out)
    if out.suffix.lower() == ".toml":
        if len(plan.cells) > 1:
            raise DataFileError(
                f"--out: {out} is one file and {len(plan.cells)} cells are fitted; "
                "right would be a folder"
            )
        found = Places(
            out.parent, f"{out.stem}_", {next(iter(plan.cells)): out.name}, None, force
        )
    else:
        cells = {key: f"{key}.toml" for key in plan.cells}
        found = Places(out, "", cells, _shared_file(plan), force)
    try:
        if out.suffix.lower() != ".toml":
            out.mkdir(parents=True, exist_ok=True)
        if not found.folder.is_dir():
            raise DataFileError(
                f"--out: {found.folder} is no folder; right would be one that is there"
            )
        with tempfile.NamedTemporaryFile(prefix=".nfpcell-", dir=found.folder):
            pass
        there = found.there
        read = {Path(one.path).resolve() for one in plan.data}
        lost = [path for path in there if path.resolve() in read]
    except OSError as error:
        raise DataFileError(
            f"--out: {found.folder} cannot be written to ({error.strerror}); right "
            "would be a folder that can"
        ) from error
    if lost:
        raise DataFileError(
            f"--out: {lost[0]} is one of the files that are fitted and is not "
            "replaced; right would be another name"
        )
    if there and not force:
        raise DataFileError(
            f"--out: {there[0]} is there already and is not replaced; "
            "right would be another name, or --force"
        )
    return found


def write(fit, place, bands=None, sample=None, options=None):
    """
    Write everything into its place.

    Parameters
    ----------
    fit : Fit
    place : Places
    bands : prediction as ``results.bands`` returns it, or None
    sample : of the posterior, as ``posterior.sample`` returns it, or None
    options : of the command, for the record

    Returns
    -------
    list of the paths written, the cell files first
    """
    if place.there and not place.force:
        raise DataFileError(
            f"--out: {place.there[0]} was written by something else in the meantime "
            "and is not replaced; right would be another name"
        )
    curves, spectra, targets = (
        of(fit) for of in (fit_tables.curves, fit_tables.spectra, fit_tables.targets)
    )
    figures = {}
    if len(curves):
        figures["fit"] = "Data and model", plot.fitted_curves(curves)
    if len(spectra):
        figures["spectra"] = "Spectra and model", plot.fitted_spectra(spectra)
    if len(targets):
        figures["targets"] = "Published numbers", plot.scores(targets)
    if bands is not None and len(bands):
        figures["prediction"] = (
            "Predicted capacity over rate, with the band of what the data leave open",
            plot.prediction(bands),
        )
    texts = {name: fit.cells[key].to_toml() for key, name in place.cells.items()}
    if place.shared is not None:
        texts[place.shared.name] = shared_text(fit, place.shared)
    first = next(iter(place.cells.values()))
    headings = dict(figures.values())
    texts[f"{place.prefix}report.html"] = fit_report.page(fit, headings, first)
    texts[f"{place.prefix}fit.json"] = (
        json.dumps(
            {**record(fit, sample, place.folder / first), "options": options or {}},
            indent=2,
        )
        + "\n"
    )
    try:
        with tempfile.TemporaryDirectory(prefix=".nfpcell-", dir=place.folder) as half:
            for name, text in texts.items():
                Path(half, name).write_text(text, encoding="utf-8")
            if len(curves):
                path = Path(half, f"{place.prefix}curves.csv")
                curves.to_csv(path, index=False, float_format="%.10g")
            if sample is not None:
                path = Path(half, f"{place.prefix}posterior.csv")
                sample[0].to_csv(path, index=False, float_format="%.8g")
            for stem, (_, figure) in figures.items():
                plot.save(figure, Path(half, f"{place.prefix}{stem}"))
            order = [*texts, *sorted(p.name for p in Path(half).iterdir())]
            names = list(dict.fromkeys(order))
            for name in names:
                Path(half, name).replace(place.folder / name)
    except OSError as error:
        raise DataFileError(
            f"--out: {place.folder} cannot be written to ({error.strerror})"
        ) from error
    return [place.folder / name for name in names]


def record(fit, sample=None, cell_file=None):
    """A fit as one JSON value."""
    found = {
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
    if sample is not None:
        found["posterior"] = sample[1].to_dict("records")
    if fit.certainty is not None:
        names = list(fit.parameters["Name"])
        rows = fit.certainty.correlations.round(6).tolist()
        found["correlations"] = {
            name: dict(zip(names, row, strict=True))
            for name, row in zip(names, rows, strict=True)
        }
        found["inflation"] = fit.certainty.inflation
    return jsonable(found)


# ------------------------------------------------- the file that several cells share
def _shared_file(plan):
    """
    The file that all cells are based on and that states every free quantity for those
    in which it moves; None where there is none.
    """
    bases, own = {}, {}
    for key in plan.cells:
        path = plan.files.get(key)
        content = {} if path is None else toml_files.read(path)
        bases[content.get("based_on")] = path
        own[key] = set(content.get("quantities", {}))
    if len(bases) != 1 or None in bases or len(plan.cells) < 2:
        return None
    for one in plan.free.free:
        for key, cell in plan.cells.items():
            if one.moves_in(cell.name) == (one.name in own[key]):
                return None
    ((stem, beside),) = bases.items()
    return catalogue.read_base(stem, beside)[0]


def shared_text(fit, path):
    """The shared file of several cells with the fitted numbers in it."""
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    changed = {}
    for key, cell in fit.cells.items():
        for one in fit.plan.free.free:
            if one.moves_in(fit.plan.cells[key].name):
                changed[one.name] = cell.quantities[one.name]
    document["sources"]["fit"] = next(iter(changed.values())).reference
    for name, quantity in changed.items():
        entry = document["quantities"][name]
        entry["value"] = float(f"{quantity.value:.6g}")
        entry["kind"], entry["source"] = "fitted", "fit"
        entry["targets"] = list(quantity.targets)
        entry.pop("interval", None)
        if quantity.interval:
            low, high = (float(f"{end:.4g}") for end in quantity.interval)
            entry["interval"] = [low, high]
    used = {entry["source"] for entry in document["quantities"].values()}
    for source in [key for key in document["sources"] if key not in used]:
        del document["sources"][source]
    # as the file is written by hand
    return tomlkit.dumps(document).replace("]}\n", "] }\n")
