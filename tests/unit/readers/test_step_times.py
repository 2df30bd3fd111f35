"""A time that restarts in each step, and no other column of the time."""

import numpy as np
import pytest

from nfpcell.measured.extraction import half_cycles
from tests.unit.readers.instrument_files import AMPERE, clock, rows


def _steps(duration, points, first=1):
    """A charge and a discharge, each of whose times begins at zero."""
    parts = []
    for sign, begin, end in ((1, 2.6, 4.4), (-1, 3.1, 2.0)):
        k = np.arange(first, points + first)
        time = duration * k / (points + first - 1)
        voltage = np.linspace(begin, end, points)
        parts.append(
            np.column_stack(
                [time, voltage, np.full(points, sign * AMPERE), k * 0 + sign]
            )
        )
    return np.vstack(parts).T


def test_few_rows_whose_first_is_an_interval_after_the_restart(tmp_path):
    time, voltage, current, step = _steps(3600.0, 8)
    path = tmp_path / "cell.csv"
    body = rows(time, voltage, current, step)
    path.write_text(f"Step Time [s],Voltage [V],Current [A],Step\n{body}")
    halves = half_cycles(path)
    assert [half.direction for half in halves] == ["charge", "discharge"]


@pytest.mark.parametrize("hours", [18, 23.9])
def test_a_restart_is_not_midnight(tmp_path, hours):
    time, voltage, current, step = _steps(3600.0 * hours, 20, first=0)
    path = tmp_path / "cell.csv"
    body = rows([clock(t) for t in time], voltage, current, step)
    path.write_text(f"Time,Voltage [V],Current [A],Step\n{body}")
    charge, discharge = half_cycles(path)
    assert charge.time[-1] == pytest.approx(3600 * hours, rel=1e-3)
    assert discharge.time[-1] == pytest.approx(3600 * hours, rel=1e-3)
