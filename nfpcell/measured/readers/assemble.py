"""The recording of a file (a curve, spectra, or both), from its used columns."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from nfpcell.errors import printable, refusal
from nfpcell.measured.readers.column_choice import assumed_units
from nfpcell.measured.readers.column_quantities import TIMES, VOLTAGES
from nfpcell.measured.readers.curve_table import (
    curve_table,
    has_curve,
    not_measured,
    plausible_temperature,
)
from nfpcell.measured.readers.file_content import Content
from nfpcell.measured.readers.frequency_sweeps import impedance_of, named, spectra_of
from nfpcell.measured.readers.number_columns import Flags
from nfpcell.measured.readers.raw_table import RawTable
from nfpcell.measured.readers.recording import Recording, Spectrum, naming_format

# largest relative difference between the direct currents of spectra of one half-cycle
STEADY = 0.02


def recording(
    content: Content,
    format_: str,
    tables: Sequence[RawTable],
    remarks: Sequence[str] = (),
    count_rows: bool = False,
) -> Recording:
    """
    The recording of a file with one or several successive tables.

    With ``count_rows`` the format ends with the number of used rows.
    """
    path, remarks = content.path, [*remarks]
    with naming_format(path, format_):
        spectra: list[Spectrum] = []
        curve_of: list[tuple[RawTable, pd.DataFrame]] = []
        for table in tables:
            sweeps, curve = _spectra_and_curve(table)
            spectra += sweeps
            if curve is not None and not curve.empty:
                curve_of.append((table, curve))
            remarks += table.remarks
        curves = _alike(curve_of, remarks)
        spectra = named(spectra, content.stem, path, remarks)
        if not curves and not spectra:
            what = "has no row of numbers"
            raise refusal(path, what, "a table of a spectrum or of a curve")
    if len(curves) > 1 and not any("Step" in curve for curve in curves):
        curves = [curve.assign(Step=k + 1.0) for k, curve in enumerate(curves)]
    whole_curve = pd.concat(curves, ignore_index=True) if curves else None
    if count_rows:
        points = sum(len(spectrum.frequencies) for spectrum in spectra)
        format_ += f", {points if whole_curve is None else len(whole_curve)} rows"
    return Recording(
        path,
        content.sha256,
        printable(format_),
        whole_curve,
        tuple(spectra),
        tuple(dict.fromkeys(map(printable, remarks))),
    )


def _alike(
    curves: Sequence[tuple[RawTable, pd.DataFrame]], remarks: list[str]
) -> list[pd.DataFrame]:
    """The curves of the tables with the headings of the longest; a remark on others."""
    if not curves:
        return []
    longest, _ = max(curves, key=lambda pair: len(pair[1]))
    remarks += [
        f"{table.title} is left out: its headings are not those of {longest.title}"
        for table, _ in curves
        if table.titles != longest.titles
    ]
    return [curve for table, curve in curves if table.titles == longest.titles]


def _spectra_and_curve(table: RawTable) -> tuple[list[Spectrum], pd.DataFrame | None]:
    """The spectra of a table, and its curve if it has one."""
    numbers = table.numbers
    # dates and times such as h:mm:ss need no unit
    with_unit = {quantity for quantity, time in table.times.items() if time.certain}
    table.remarks += assumed_units(
        column
        for quantity, column in table.columns.items()
        if quantity not in with_unit | {"clock"}
        and is_numeric_dtype(table.values[quantity])
    )
    if "frequency" not in numbers:
        is_curve = VOLTAGES & set(numbers) or has_curve(table)
        return [], curve_table(table) if is_curve else None
    impedance = impedance_of(table)
    frequency, modulus = numbers["frequency"], np.abs(impedance)
    # the rows between two spectra have a voltage and no frequency
    empty = ~(np.abs(frequency) > 0) & ~(modulus > 0)
    of_curve = np.zeros(len(table), bool)
    if has_curve(table) or (VOLTAGES & set(numbers) and TIMES & set(numbers)):
        curve_values = (VOLTAGES | {"current", "mean current"}) & set(numbers)
        has_values = [np.isfinite(numbers[quantity]) for quantity in curve_values]
        of_curve = empty & np.any(has_values, axis=0)
    footer = _footer(table)
    blank = footer | ~of_curve & np.isnan(frequency) & np.isnan(modulus)
    if not of_curve.any() and blank.all():
        return [], None
    of_spectra = np.flatnonzero(~of_curve & ~blank)
    sweeps = []
    if len(of_spectra):
        sweeps = spectra_of(table, impedance, of_spectra)
        temperature = numbers.get("temperature")
        if temperature is not None and not np.any(
            plausible_temperature(temperature[of_spectra])
        ):
            table.remarks.append(not_measured(table))
    if of_curve.any() or _steady(sweeps):
        return sweeps, curve_table(table, of_spectra=~of_curve)
    return sweeps, None


def _footer(table: RawTable) -> Flags:
    """Which rows are text below the spectrum, after an empty line."""
    is_measured = np.isfinite(table.numbers["frequency"])
    is_empty = np.all([cells.isna() for cells in table.values.values()], axis=0)
    below = np.cumsum(is_measured) == is_measured.sum()
    after_empty_line = np.cumsum(is_empty & below) > 0
    footer = np.asarray(
        below & after_empty_line & table.values["frequency"].notna() & ~is_measured
    )
    if footer.any():
        where = table.where(int(np.argmax(footer)))
        table.remarks.append(f"the text below the table, from {where}, is left out")
    return footer


def _steady(sweeps: list[Spectrum]) -> bool:
    """Whether successive spectra have the same direct current."""
    currents = [s.current for s in sweeps if s.current is not None]
    if len(sweeps) < 2 or len(currents) < len(sweeps):
        return False
    return bool(np.ptp(currents) < STEADY * abs(np.mean(currents)))
