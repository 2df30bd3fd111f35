"""Protocol files of measurements that could be made next, which ``protocol`` runs."""

import json
from collections.abc import Sequence

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.fitting.candidates import Candidate, PlannedStep
from nfpcell.reports.run_folder import CELL_FILE, PROTOCOLS


def names_of(measurements: Sequence[Candidate]) -> dict[str, str]:
    """Return the file name of each of the first measurements, by its name."""
    return dict(zip((m.name for m in measurements), PROTOCOLS, strict=False))


def contents(measurements: Sequence[Candidate], cell: Cell) -> dict[str, str]:
    """Return the texts of the protocol files by file name; perhaps that of the cell.

    A built-in cell is named in them; any other is written beside them.
    """
    built_in = cell.name in catalogue.cells() and Cell.load(cell.name) == cell
    files = {} if built_in else {CELL_FILE: cell.to_toml()}
    reference = cell.name if built_in else CELL_FILE
    names = names_of(measurements)
    described = [m for m in measurements if m.name in names]
    return files | {names[m.name]: _text(m, reference) for m in described}


def _text(measurement: Candidate, cell: str) -> str:
    """Return the text of a protocol file, with what is measured as comments."""
    hours = f"{measurement.hours:.1f} h on the cycler as the model computes it"
    entries = {
        "title": measurement.name,
        "kind": "protocol",
        "source": f"nfpcell next; {hours}",
        "cell": cell,
        "Ambient temperature [degC]": measurement.steps[-1].temperature,
    }
    # a text in JSON is one in TOML
    lines = [
        f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in entries.items()
    ]
    steps = (f"    {_step(step)}" for step in measurement.steps)
    leg = [
        "",
        "[[legs]]",
        f"name = {json.dumps(measurement.kind)}",
        f"start = {json.dumps(measurement.start)}",
        "steps = [",
        *steps,
        "]",
    ]
    return "\n".join([*lines, *leg, ""])


def _key(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name)


def _step(step: PlannedStep) -> str:
    comment = f"  # {step.note}" if step.note else ""
    return (
        f'{{ do = {json.dumps(step.sentence)}, "Ambient temperature [degC]" = '
        f"{step.temperature} }},{comment}"
    )
