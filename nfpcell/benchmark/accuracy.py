"""Every published number against the computed one, and against what was met before.

What was met once, as ``benchmarks/accuracy.json`` has it, has to stay met: a target
that is gone or is missed now is lost.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell import checks, files, scoring
from nfpcell.errors import DataFileError
from nfpcell.experiment import Experiment
from nfpcell.plot_paper import paper_figure
from nfpcell.report.results import Results

STATE = "accuracy.json"
BEFORE = "Met before"
COLUMNS = [*scoring.COLUMNS, BEFORE]
# what tells a target from all others; its bounds may be drawn tighter
KEY = ["Experiment", "Cell", "Quantity", "Where"]
MODEL = "full"
DIGITS = 6


@dataclass(frozen=True)
class Accuracy:
    """
    What ``measure`` found.

    Attributes
    ----------
    targets : table with COLUMNS
    figures : mapping of stem to figure
    """

    targets: pd.DataFrame
    figures: dict


def measure(model=MODEL, progress=None):
    """
    Compute every experiment that has targets, and the figures of the paper.

    Parameters
    ----------
    model : "full" or "particle"; what was met before is known of "full" only
    progress : called with (done, all, what is next)
    """
    from nfpcell import plot

    checks.one_of(model, "model", checks.MODELS)
    progress = progress or (lambda *_: None)
    experiments = [Experiment.load(name) for name in files.scored()]
    experiments = [experiment for experiment in experiments if experiment.targets]
    results = Results(model)
    judged = []
    for number, experiment in enumerate(experiments):
        progress(number, len(experiments) + 1, experiment.name)
        found = results.experiment(experiment.name)
        judged.append(scoring.judge(experiment, *found))
    progress(len(experiments), len(experiments) + 1, "figures")
    targets = pd.concat(judged, ignore_index=True)
    table = compared(targets, state() if model == MODEL else targets[:0])
    figures = {"paper": paper_figure(results), "targets": plot.score_figure(targets)}
    progress(len(experiments) + 1, len(experiments) + 1)
    return Accuracy(table, figures)


def compared(targets, before):
    """
    Targets with whether each was met before; those that are gone come last, not met.

    Parameters
    ----------
    targets : as ``scoring.judge``
    before : the same, of an earlier state
    """
    met = dict(zip(map(tuple, before[KEY].to_numpy()), before["Met"], strict=True))
    keys = list(map(tuple, targets[KEY].to_numpy()))
    table = targets.assign(**{BEFORE: [bool(met.get(key, False)) for key in keys]})
    there = set(keys)
    gone = [
        {**row, "Computed": np.nan, "Error [%]": np.nan, "Met": False, BEFORE: True}
        for key, row in zip(met, before.to_dict("records"), strict=True)
        if row["Met"] and key not in there
    ]
    if gone:
        table = pd.concat([table, pd.DataFrame(gone)], ignore_index=True)
    return table[COLUMNS]


def lost(table):
    """Those rows of ``compared`` that were met before and are not now."""
    return table[table[BEFORE] & ~table["Met"].astype(bool)]


def sentences(rows):
    """Rows of ``lost`` as words."""
    return [
        f"{row['Quantity']} of {row['Cell']}, {row['Where']} ({row['Experiment']})"
        for row in rows.to_dict("records")
    ]


def state():
    """The targets as they stand in the committed state."""
    path = state_path()
    try:
        rows = json.loads(path.read_text("utf-8"))["targets"]
        table = pd.DataFrame(rows, columns=scoring.COLUMNS)
        return table.astype({"Met": bool})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataFileError(
            f"{path}: cannot be read; right would be the file as it was committed"
        ) from error


def state_path():
    """Where the committed state lies."""
    return files.folder("benchmarks") / STATE


def as_state(targets):
    """A table of targets as the text of a state."""
    rows = targets[scoring.COLUMNS].sort_values(KEY).to_dict("records")
    for row in rows:
        for name in ("Computed", "Error [%]"):
            row[name] = float(f"{row[name]:.{DIGITS}g}")
    value = files.jsonable({"model": MODEL, "targets": rows})
    return json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def keep(found, folder):
    """
    Make what was found the state to hold to, unless something is lost.

    Returns
    -------
    list of paths written: the state, and the table and figures for people
    """
    from nfpcell import plot

    gone = lost(found.targets)
    if len(gone):
        names = "; ".join(sentences(gone))
        raise DataFileError(
            f"not kept, as what was met before is lost: {names}; right would be to "
            "mend it"
        )
    folder = Path(folder)
    path = folder / STATE
    path.write_text(as_state(found.targets), encoding="utf-8")
    pictures = [
        plot.save(figure, folder / stem)[0] for stem, figure in found.figures.items()
    ]
    for picture in pictures:
        picture.with_suffix(".svg").unlink()
    return [path, *pictures]
