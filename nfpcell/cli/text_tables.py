"""Printed tables of the results of each command."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from nfpcell import columns
from nfpcell.cell import units
from nfpcell.cell.naming import split_unit
from nfpcell.cell.parameters import COMPONENTS, Component
from nfpcell.cli import table_columns as layout
from nfpcell.cli.printed_table import (
    Column,
    PrintedTable,
    Row,
    in_units,
    render,
    results,
)
from nfpcell.cli.table_columns import is_spectrum
from nfpcell.number_format import is_known, plain

if TYPE_CHECKING:
    import pandas as pd

    from nfpcell.cell.definition import Cell
    from nfpcell.eis.measured_spectra import Evaluation
    from nfpcell.fitting.comparison import Comparison
    from nfpcell.fitting.fit_plan import FitPlan
    from nfpcell.fitting.fit_result import Fit
    from nfpcell.reports.page import ComputedSection
    from nfpcell.sweeping.sweep_plan import Sweep

# longest line of a file name
FILE_WIDTH = 24
DERIVED = "Derived from the quantities above"
# tables with more rows are printed in short form
MOST_CYCLES = 12
MOST_CASES = 24
# with a smaller rise, a protocol is isothermal [K]
LEAST_RISE = 5e-3


def quantities(rows: Sequence[Row], notes: bool) -> tuple[PrintedTable, list[str]]:
    """Return the quantities of a cell by component, derived ones last; references."""
    references = list(dict.fromkeys(row["Reference"] for row in rows))
    groups: dict[str, list[Row]] = {component: [] for component in Component}
    for row in rows:
        name = f"{row['Name']} [{row['Unit']}]" if row["Unit"] else row["Name"]
        shown = in_units({**row, "Name": name}, "Value", "Lowest", "Highest")
        if units.current() == "SI":
            shown["Unit"] = row["Unit"]  # as in cell files
        shown["Number"] = references.index(row["Reference"]) + 1
        shown["Note"] = _note(shown) if notes else ""
        groups.setdefault(COMPONENTS.get(name, DERIVED), []).append(shown)
    lines = [f"[{k}] {reference}" for k, reference in enumerate(references, start=1)]
    parts = [[title, *group] for title, group in groups.items() if group]
    return render(layout.QUANTITIES, itertools.chain(*parts)), lines


def _note(row: Row) -> str:
    """The note on a quantity, with its range."""
    if not is_known(row["Lowest"]):
        return str(row["Note"])
    ends = f"range {row['Lowest']:.4g} to {row['Highest']:.4g}"
    return f"{row['Note']}; {ends}" if row["Note"] else ends


def differences(base: Cell, cell: Cell, rows: Sequence[Row]) -> PrintedTable:
    """Return the quantities that differ between two cells; derived ones are last."""
    shown_columns = (
        layout.QUANTITY,
        Column(base.name, "Before", ".6g"),
        Column(cell.name, "After", ".6g"),
        layout.UNIT,
        Column("", lambda row: "derived" if row["Follows"] else "set", wrap="never"),
    )
    return render(shown_columns, (in_units(row, "Before", "After") for row in rows))


def conditions(kind: str, table: pd.DataFrame) -> PrintedTable:
    """Return the results of an experiment of any kind."""
    if kind == "cycling":
        return results(layout.HALF_CYCLES, table)
    return lowest_resistances(table) if kind == "resistance" else spectra(table)


def lowest_resistances(table: pd.DataFrame) -> PrintedTable:
    """Return the resistances of each half-cycle where their total is lowest."""
    from nfpcell.eis.resistance import lowest_total
    from nfpcell.outcome import OK, succeeded

    rows, failed = [], []
    for key, points in table.groupby(list(columns.CONDITION), sort=False):
        cell, direction, rate, temperature = key
        failures = points[columns.STATUS][~succeeded(points[columns.STATUS])]
        status = OK
        if len(failures):
            status = f"{len(failures)} of {len(points)} depths: {failures.iloc[0]}"
        condition = {
            columns.CELL: cell,
            columns.TEMPERATURE: temperature,
            "Half-cycle": f"{direction} {rate:g}C" if rate else "at rest",
            columns.STATUS: status,
        }
        rows.append({**lowest_total(points), **condition})
        failed.append(len(failures) > 0)
    return render(layout.RESISTANCES, rows, failed)


def recipe_steps(
    cells: Sequence[Cell], table: pd.DataFrame
) -> list[PrintedTable | str]:
    """Return the changes from each of the cells to the next, with their effect."""
    from nfpcell.studies.recipe_steps import intermediate_cells

    stages = intermediate_cells(cells)[1:]
    shown = table.assign(What=[stage.shown_values for stage in stages])
    return [layout.STEPS_CAPTION, results(layout.STEPS, shown)]


def spectra(table: pd.DataFrame) -> PrintedTable:
    """Return one row for each spectrum, with its highest and lowest frequency."""
    from nfpcell.outcome import succeeded

    rows = []
    groups = table.groupby([*columns.CONDITION, columns.DEPTH], sort=False)
    for _, points in groups:
        first, last = dict(points.iloc[0]), points.iloc[-1]
        span = f"{first[columns.FREQUENCY]:.3g} to {last[columns.FREQUENCY]:.3g}"
        first["Frequencies"] = span if is_known(first[columns.FREQUENCY]) else "-"
        first["Last"] = last[columns.Z_RE]
        if not first[columns.RATE]:
            first[columns.DIRECTION] = "at rest"
        rows.append(first)
    statuses = groups[columns.STATUS].first()
    return render(layout.SPECTRA, rows, list(~succeeded(statuses)))


def measured_spectra(evaluation: Evaluation) -> list[PrintedTable | str]:
    """Return one row for each measured spectrum, and remarks."""
    from nfpcell.eis.measured_spectra import SPECTRUM, VERDICT

    table = evaluation.table
    numbers = table.select_dtypes("number").columns
    shown_columns = (
        *(Column(SPECTRUM, SPECTRUM, wrap="fold"), *map(_number, numbers)),
        Column("K-K\ntest", VERDICT, wrap="never"),
    )
    rows = table.to_dict("records")
    sentences = evaluation.remarks
    lines = sentences[:MOST_CASES]
    if len(sentences) > len(lines):
        lines.append(f"{len(sentences) - len(lines)} more remarks: see --out or --json")
    return [render(shown_columns, rows, list(evaluation.failed)), *lines]


def _number(name: str) -> Column:
    """Return a column of numbers whose heading is its name in the record."""
    heading, unit = split_unit(name.replace("Kramers-Kronig", "K-K"))
    heading = textwrap.fill(heading, 12, break_long_words=False)
    return Column(f"{heading}\n[]" if unit else heading, name, ".4g", "fold")


def benchmark(table: pd.DataFrame) -> PrintedTable:
    """Return a table of the benchmark, with missed targets in red."""
    shown_columns = [
        Column(str(name), partial(_three_digits, name), "s" * (kinds.kind == "f"))
        for name, kinds in table.dtypes.items()
    ]
    missed = list(~table["Met"].astype(bool)) if "Met" in table else None
    return render(shown_columns, table.to_dict("records"), missed)


def _three_digits(name: Hashable, row: Row) -> str:
    value = row[name]
    return plain(value, 3) if isinstance(value, float) else str(value)


def sections(computed: Sequence[ComputedSection]) -> PrintedTable:
    """Return one row for each section of a report; below its title, its problems."""
    failed = [not section.sound for section in computed]
    return render(layout.SECTIONS, [section.record for section in computed], failed)


def cycles(table: pd.DataFrame) -> list[PrintedTable | str]:
    """Return the table of cycles; if they are many, the first and last of each rate."""
    if len(table) <= MOST_CYCLES:
        return [results(layout.CYCLES, table)]
    block = table[[columns.CELL, columns.RATE]]
    first = (block != block.shift()).any(axis=1)
    shown = table[first | first.shift(-1, fill_value=True)]
    line = f"{len(table)} cycles; the first and the last at each rate are shown"
    return [results(layout.CYCLES, shown), line]


def protocol(table: pd.DataFrame, loops: pd.DataFrame) -> list[PrintedTable | str]:
    """Return one row for each step below its segment, remarks, and closed loops."""
    from nfpcell.outcome import OK, succeeded

    remarks = [
        f"{row[columns.SEGMENT]}, {row[columns.INSTRUCTION]}: {row[columns.STATUS]}"
        for row in table.to_dict("records")
        if row[columns.STATUS] != OK
    ]
    efficiencies = (
        [render(layout.LOOPS, loops.to_dict("records"))] if len(loops) else []
    )
    shown = [*layout.PROTOCOL]
    rise = table[columns.HIGHEST_TEMPERATURE] - table[columns.TEMPERATURE]
    if not (rise > LEAST_RISE).any():
        shown.remove(layout.WARMEST)
    rows: list[str | Row] = []
    failed: list[bool] = []
    segments = table.groupby(columns.SEGMENT, sort=False)
    for name, steps in segments:
        if len(segments) > 1:
            rows, failed = [*rows, str(name)], [*failed, False]
        rows += steps.to_dict("records")
        failed += list(~succeeded(steps[columns.STATUS]))
    return [render(shown, rows, failed), *remarks, *efficiencies]


def chemistries(table: pd.DataFrame) -> list[PrintedTable | str]:
    """Return rate capability and resistance; a dash is a number not published."""
    from nfpcell.outcome import OK

    # instead of its origin, a row without a result has its status
    origins = table["Origin"].where(table[columns.STATUS] == OK, table[columns.STATUS])
    rows = table.assign(Origin=origins).to_dict("records")
    notes = [
        f"{row['Chemistry']}: {row['Note']} ({row['Source']})"
        for row in rows
        if row["Note"]
    ]
    return [render(layout.CHEMISTRIES, rows), *notes]


def sweep(plan: Sweep, table: pd.DataFrame) -> PrintedTable:
    """Return one row for each case, or for each output if there are many cases."""
    if len(table) > MOST_CASES:
        quantiles = {"Lowest": 0.0, "Median": 0.5, "Highest": 1.0}
        rows = [
            in_units(
                {"Name": name}
                | {key: table[name].quantile(q) for key, q in quantiles.items()},
                *quantiles,
            )
            for name in plan.numbers
        ]
        output = Column("Output", "Quantity", wrap="wide")
        return render((output, *map(_number, quantiles), layout.UNIT), rows)
    names = [*(axis.name for axis in plan.axes), *plan.numbers]
    shown_columns = (
        layout.CELL,
        *map(_number, names),
        Column("Status", columns.STATUS, wrap="fold"),
    )
    return results(shown_columns, table)


# ------------------------------------------------------------------- tables of a fit
def planned(plan: FitPlan) -> list[PrintedTable | str]:
    """Return the free quantities of a fit, and its published numbers."""
    lines = [
        f"{use}: {number.label}"
        for use, numbers in (("fitted to", plan.targets), ("predicted", plan.predicted))
        for number in numbers
    ]
    rows = [
        in_units(
            {
                "Name": free.name,
                "Lower": free.lower,
                "Upper": free.upper,
                "Best": free.best,
                "Low": free.range[0] if free.range else None,
                "High": free.range[1] if free.range else None,
                "Cells": free.cells,
            },
            *("Lower", "Upper", "Best", "Low", "High"),
        )
        for free in plan.free.parameters
    ]
    return [render(layout.FREE, rows), *lines]


def fitted(fit: Fit) -> list[PrintedTable | str]:
    """Return the fitted quantities, then remarks and a summary."""
    from nfpcell.reports.fit_report import summary

    numbers = ("Value", "Lower 95 %", "Upper 95 %", "Start")
    rows = [in_units(row, *numbers) for row in fit.parameters.to_dict("records")]
    undetermined = [row["Identifiable"] is False for row in rows]
    return [render(layout.FITTED, rows, undetermined), *fit.findings, summary(fit)]


def recognised(table: pd.DataFrame) -> list[PrintedTable | str]:
    """Return one row for each half-cycle or spectrum recognised in files; remarks."""
    if table.empty:
        return []
    rows = table.to_dict("records")
    previous = None
    for row in rows:
        # the name of a file is in the first of its rows only
        row["Lines"] = "" if row["File"] == previous else _broken(row["File"])
        previous = row["File"]
    return [render(layout.RECOGNISED, rows), *_remarks(rows)]


def compared(comparison: Comparison) -> list[PrintedTable | str]:
    """Return the half-cycles and the spectra, and remarks on them."""
    from nfpcell.fitting.curve_metrics import NEAR_CUTOFF
    from nfpcell.outcome import OK

    table = comparison.table
    are_spectra = table[columns.HALF_CYCLE].isna()
    parts = (
        (layout.COMPARED_CURVES, table[~are_spectra]),
        (layout.COMPARED_SPECTRA, table[are_spectra]),
    )
    failed = table[table[columns.STATUS] != OK]
    lines = list(failed[columns.DATA] + ": " + failed[columns.STATUS])
    empty = table[table[columns.COMPUTED_CAPACITY] == 0]
    lines += list(empty[columns.DATA] + ": the model " + empty[columns.TERMINATION])
    partial = table[columns.MEASURED_CAPACITY].isna() & ~are_spectra
    if partial.any():
        lines.append(
            f"{partial.sum()} of {(~are_spectra).sum()} half-cycles end more than "
            f"{NEAR_CUTOFF:g} V before the cut-off of the cell: their capacities are "
            "not compared"
        )
    tables = [results(shown, rows) for shown, rows in parts if len(rows)]
    return [*tables, *lines, *_remarks(comparison.recognised.to_dict("records"))]


def _broken(name: str) -> str:
    """Return a file name in short lines, broken after its parts."""
    lines = [""]
    for part in re.findall(r"[^_\- ]*[_\- ]?", name):
        if lines[-1] and len(lines[-1] + part) > FILE_WIDTH:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _remarks(rows: Sequence[Row]) -> list[str]:
    """Return the remarks on all rows, then those on each file.

    A remark on some half-cycles of a file begins with their numbers.
    """
    files: dict[str, list[Row]] = {}
    by_remark: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        files.setdefault(row["File"], []).append(row)
        for remark in row["Remarks"]:
            by_remark.setdefault(remark, {}).setdefault(row["File"], []).append(row)
    lines: list[str] = []
    by_file: dict[str, list[str]] = {}
    for remark, concerned in by_remark.items():
        if len(files) > 1 and sum(map(len, concerned.values())) == len(rows):
            lines.append(f"all files: {remark}")
            continue
        for name, rows_of_file in concerned.items():
            is_whole = len(rows_of_file) == len(files[name])
            prefix = "" if is_whole else f"{_half_cycles(rows_of_file)}: "
            by_file.setdefault(name, []).append(f"  {prefix}{remark}")
    for name, remarks in by_file.items():
        lines += [f"{name}:", *remarks]
    return lines


def _half_cycles(rows: Sequence[Row]) -> str:
    """Return the numbers of half-cycles, and the count of spectra."""
    numbers = [f"{row['Half-cycle']:g}" for row in rows if not is_spectrum(row)]
    count = len(rows) - len(numbers)
    parts = []
    if numbers:
        parts.append(f"half-cycle{'s' * (len(numbers) > 1)} {', '.join(numbers)}")
    if count:
        parts.append(f"{count} spectr{'um' if count == 1 else 'a'}")
    return " and ".join(parts)
