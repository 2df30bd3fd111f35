"""From one recipe to the next, one change at a time: what each is worth in ohms."""

import itertools

import pandas as pd

from nfpcell.cell import parameters, validation
from nfpcell.cell.naming import split_unit, with_value
from nfpcell.columns import CONDITION
from nfpcell.eis.resistance import minimum, resistance
from nfpcell.errors import NfpcellError

# what one changes when making a cell, in the order of the paper's argument
CHANGES = {
    "powder": ("nfp_surface",),
    "firing": ("firing_temperature", "firing_time"),
    "carbon": ("w_carbon", "w_electrolyte"),
    "roughness, cathode side": ("pore_fraction_cathode",),
    "roughness, anode side": ("pore_fraction_anode",),
    "plate": ("separator_thickness",),
    "area": ("height", "width"),
}
BEFORE = "Low-frequency resistance before [Ohm]"
AFTER = "Low-frequency resistance after [Ohm]"
DIFFERENCE = "Low-frequency resistance difference [Ohm]"
COLUMNS = [
    "From",
    "Change",
    "What",
    "To",
    *CONDITION[1:],
    BEFORE,
    AFTER,
    DIFFERENCE,
    "Status",
]


def ladder(cells):
    """
    The cells on the way from each cell to the next, one change apart.

    Parameters
    ----------
    cells : list of Cell, at least two, of the same laws

    Returns
    -------
    list of (change, what, cell): the first with empty words, then one for each
    change of CHANGES that is needed, and one for each other quantity that differs

    Examples
    --------
    >>> [(change, cell.name) for change, _, cell in ladder(
    ...     [Cell.load("A"), Cell.load("B"), Cell.load("C")])]
    [('', 'A'), ('powder', 'A + powder'), ('firing', 'B'), ('carbon', 'C')]
    """
    found = [("", "", cells[0])]
    for start, end in itertools.pairwise(cells):
        for law in ("diffusion", "layout"):
            if getattr(start, law) != getattr(end, law):
                raise NfpcellError(
                    f"cells {start.name} and {end.name} differ by their {law}, which "
                    "is no change of a recipe; right would be cells of the same laws"
                )
        needed = _needed(start, end)
        cell = start
        for number, (change, names) in enumerate(needed.items(), start=1):
            name = end.name
            if number < len(needed):
                name = f"{cell.name} + {change}"
            what = "; ".join(_told(cell, end, full_name) for full_name in names)
            changed = [end.quantities[full_name] for full_name in names]
            cell = cell.with_quantities(changed, name=name)
            found.append((change, what, cell))
    return found


def steps(
    cells,
    direction="discharge",
    rate=0.1,
    temperature=30,
    model="full",
    progress=None,
    **numerics,
):
    """
    Which change from one cell to the next is worth how many ohms.

    The worth of a change depends on those made before it: the order is that of CHANGES
    between two cells, and any other can be had by naming the cells in between.

    Parameters
    ----------
    cells : list of Cell
    direction, rate, temperature, model, numerics : see ``linearised.resistance``
    progress : called with (done, all)

    Returns
    -------
    table with COLUMNS; the resistance is Re Z at 25 mHz where it is lowest over depth
    of discharge, as the paper states it
    """
    rungs = ladder(validation.half_cells(cells))
    if len(rungs) < 2:
        raise NfpcellError(
            "there is no step between cells that are the same; right would be two "
            "that differ, such as B and C"
        )
    found = []
    for number, (_, _, cell) in enumerate(rungs, start=1):
        table = resistance(
            cell,
            direction,
            rate,
            temperature,
            model=model,
            circuits=False,
            **numerics,
        )
        found.append((minimum(table)[1], _status(table)))
        if progress:
            progress(number, len(rungs))
    rows = []
    for (rung, before), (next_rung, after) in itertools.pairwise(
        zip(rungs, found, strict=True)
    ):
        change, what, cell = next_rung
        why = [status for _, status in (before, after) if status != "ok"]
        rows.append(
            (
                rung[2].name,
                change,
                what,
                cell.name,
                direction,
                rate,
                temperature,
                before[0],
                after[0],
                after[0] - before[0],
                why[0] if why else "ok",
            )
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _needed(start, end):
    """Change and full names of what differs, in the order in which it is changed."""
    differ = [name for name in start.quantities if start[name] != end[name]]
    needed = {}
    for change, keys in CHANGES.items():
        names = [parameters.NAMES[key] for key in keys]
        if own := [name for name in names if name in differ]:
            needed[change] = own
    known = set(itertools.chain(*needed.values()))
    return needed | {split_unit(n)[0]: [n] for n in differ if n not in known}


def _told(start, end, name):
    return with_value(name, f"{start[name]:g} to {end[name]:g}")


def _status(table):
    """Ok if any depth gave a resistance, else why not."""
    given = table[table["Status"] == "ok"]
    return "ok" if len(given) else table["Status"].iloc[0]
