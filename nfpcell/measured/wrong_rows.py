"""Rows of a table that were written twice, or whose voltage is wrong."""

from pathlib import Path

import numpy as np
import pandas as pd

from nfpcell.errors import refusal
from nfpcell.measured.steps import Flags, median_around, noise_of, runs

# share of repeated rows above which the rows were probably pasted twice
MANY_REPEATED = 0.2
# a voltage that deviates by more than the first from that of the rows around, which
# agree within the second, is wrong [V]; rows of the median around a row
WRONG_VOLTAGE, AGREED_VOLTAGE, AROUND = 0.1, 0.02, 7
# for a larger deviation they agree within this share of it
AGREED_SHARE = 0.1
# largest relative difference of the current in such a row
SAME_CURRENT = 0.1


def without_repeats(
    table: pd.DataFrame, path: Path, remarks: list[str]
) -> pd.DataFrame:
    """The table without repeated rows; an error if the rows were pasted twice."""
    # without a time, rows of a steady state are equal but not repeated
    if "Time [s]" not in table:
        return table
    values = table.to_numpy(float)
    equal = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    same = np.concatenate([[False], equal.all(axis=1)])
    if same.any():
        remarks.append(f"{same.sum()} rows repeat the row before and are left out")
        table = table[~same].reset_index(drop=True)
    names = [name for name in table.columns if name not in ("Cycle", "Step")]
    repeated = table.duplicated(names).to_numpy()
    if repeated.mean() > MANY_REPEATED:
        raise refusal(
            path,
            f"{repeated.sum()} of {len(table)} rows occur twice, first row "
            f"{int(np.argmax(repeated)) + 1}",
            "each row once",
        )
    blocks = _repeated_blocks(table)
    if blocks.any():
        remarks.append(f"{blocks.sum()} rows occur twice and are left out once")
        table = table[~blocks].reset_index(drop=True)
    return table


def _repeated_blocks(table: pd.DataFrame) -> Flags:
    """Rows at which the time runs back and the rows before are written again."""
    time = table["Time [s]"].to_numpy(float)
    back = np.flatnonzero(np.diff(time) < 0) + 1
    blocks = np.zeros(len(time), bool)
    if not len(back):
        return blocks
    # the counted direction of a row depends on the row before
    known = table.drop(columns="Counted direction", errors="ignore")
    repeated = known.duplicated().to_numpy(bool)
    for row in back[repeated[back]]:
        others = np.flatnonzero(~repeated[row:])
        end = row + int(others[0]) if len(others) else len(time)
        if end == len(time) or time[end] >= time[row - 1]:
            blocks[row:end] = True
    return blocks


def without_wrong_voltages(
    table: pd.DataFrame, currents: list[str], remarks: list[str]
) -> pd.DataFrame:
    """The table without single rows whose voltage deviates at the same current."""
    name = next((name for name in currents if name in table), None)
    if name is None:
        return table
    voltage = table["Voltage [V]"].to_numpy(float)
    current = table[name].to_numpy(float)
    centre = median_around(voltage, AROUND)
    wrong = np.zeros(len(voltage), bool)
    if not (np.abs(voltage - centre) > WRONG_VOLTAGE).any():
        return table
    limit = np.maximum(WRONG_VOLTAGE, 10 * noise_of(voltage))
    for first, end in zip(*runs(np.abs(voltage - centre) > limit), strict=True):
        if first == 0 or end == len(voltage) or end - first > AROUND // 2:
            continue
        beside = current[[first - 1, end]]
        level = float(np.abs(beside).max())
        steady = np.ptp(np.append(current[first:end], beside)) <= SAME_CURRENT * level
        deviation = float(np.abs(voltage - centre)[first:end].min())
        agreed = max(AGREED_VOLTAGE, AGREED_SHARE * deviation)
        if steady and abs(voltage[end] - voltage[first - 1]) <= agreed:
            wrong[first:end] = True
    if not wrong.any():
        return table
    remarks.append(
        f"single rows ({wrong.sum()}) are left out, whose voltage differs from that of "
        f"the rows around by more than {WRONG_VOLTAGE:g} V"
    )
    return table[~wrong].reset_index(drop=True)
