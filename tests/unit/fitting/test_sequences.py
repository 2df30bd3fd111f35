"""Sequences: which file is one, what the model computes, and what a fit finds."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import nfpcell
from nfpcell import Cell, NfpcellError
from nfpcell.fitting import measured_data
from nfpcell.fitting.measured_data import MeasuredData
from nfpcell.fitting.observations import MeasuredCurve
from nfpcell.fitting.read_options import Data
from nfpcell.fitting.sequence_runs import SequenceRuns
from nfpcell.fitting.sequences import READINGS, MeasuredSequence
from nfpcell.measured import readers
from nfpcell.measured.sequence import Kind, sequences
from nfpcell.measured.series_from_table import CellSizes
from nfpcell.simulation.current_steps import CurrentSteps, stepper
from nfpcell.simulation.engine import OUT_OF_REACH, built
from nfpcell.simulation.protocol_steps import Instruction, Segment, step_runs
from nfpcell.simulation.starting_state import starting_voltage

CONTACT = "Contact resistance [Ohm]"
DIFFUSIVITY = "Positive particle diffusivity [m2.s-1]"
TRUE = {CONTACT: 12.0, DIFFUSIVITY: 2e-17}
NOISE = 2e-4
NO_SIZES = CellSizes()


@pytest.fixture(scope="module")
def cell() -> Cell:
    """Cell C, with constants that a fit shall find."""
    return Cell.load("C").with_values(TRUE)


def recorded(cell: Cell, steps: list[str], noise: float = NOISE) -> pd.DataFrame:
    """What a cycler records along steps, by plain PyBaMM with all double layers."""
    segment = Segment(
        "made", cell, "charged", tuple(Instruction(s, 30.0) for s in steps)
    )
    tables, rng = [], np.random.default_rng(11)
    for number, run in enumerate(step_runs(segment, "particle"), start=1):
        end = float(run.solution.t[-1])
        times = np.unique([*np.arange(60.0, end, 60.0), 1.0, end])
        columns = {
            "Time [s]": run.start + times,
            "Voltage [V]": run.solution["Voltage [V]"](times),
            "Current [A]": run.solution["Current [A]"](times),
            "Step": number,
        }
        tables.append(pd.DataFrame(columns))
    table = pd.concat(tables, ignore_index=True)
    table["Voltage [V]"] += noise * rng.standard_normal(len(table))
    return table


@pytest.fixture(scope="module")
def unrelaxed(cell: Cell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A discharge, half an hour of rest, and a charge."""
    steps = ["Discharge at 0.5C until 2.0 V", "Rest for 30 minutes"]
    table = recorded(cell, [*steps, "Charge at 0.2C for 3 hours"])
    path = tmp_path_factory.mktemp("sequences") / "discharge_rest_charge_30degC.csv"
    table.to_csv(path, index=False)
    return path


def read(path: Path, **options: object) -> MeasuredData:
    """A file as observations of Cell C, as a fit reads it."""
    data = Data(path, **options)  # type: ignore[arg-type]
    return measured_data.read([data], {"C": Cell.load("C")}, sequences=True)


# --------------------------------------------------------------------------- the steps
def test_fixed_steps_agree_with_the_integrator(cell: Cell) -> None:
    engine = built("particle", cell.diffusion, points=(("r_p", 96),), rtol=1e-8)
    current = float(cell.derived().nominal_capacity)
    inputs = {**engine.inputs(cell, current, 303.15, 3.6), **OUT_OF_REACH}
    steps = CurrentSteps(
        np.full(60, 35.0), np.full(60, current), np.zeros(60, dtype=np.int64)
    )
    fixed = stepper(engine)
    refined, ends = fixed.refined(steps, [inputs])
    (states,), _ = fixed.states(refined, [[inputs]])
    voltage, _ = fixed.voltages(states[ends], steps.current, steps.piece, [inputs])
    (run,) = engine.solve([inputs], [0, 2100.0])
    reference = engine.voltage_along(run, np.cumsum(steps.duration), inputs)
    assert voltage == pytest.approx(reference, abs=5e-5)
    assert np.ptp(reference) > 0.4


def test_runs_of_one_call_do_not_affect_each_other(cell: Cell) -> None:
    engine = built("particle", cell.diffusion, points=(("r_p", 40),))
    steps = CurrentSteps(np.full(70, 5.0), np.full(70, 1e-4), np.zeros(70, np.int64))
    batch = [[engine.inputs(cell, 0.0, 303.15, start)] for start in (3.1, 3.2, 3.3)]
    together, _ = stepper(engine).states(steps, batch)
    for inputs, states in zip(batch, together, strict=True):
        (alone,), _ = stepper(engine).states(steps, [inputs])
        assert np.array_equal(alone, states)


def test_the_model_follows_plain_pybamm_with_double_layers(
    cell: Cell, unrelaxed: Path
) -> None:
    """The median of all differences is that of the noise; of each segment, nearly 0."""
    (sequence,) = measured_data.read(
        [Data(unrelaxed)], {"C": cell}, sequences=True
    ).observations
    assert isinstance(sequence, MeasuredSequence)
    start = {sequence.start.name: starting_voltage(cell, "discharge", "particle")}
    (result,) = SequenceRuns(sequence, None).computed([{"C": cell}], [start])
    assert result is not None
    differences = result.voltage - sequence.points.voltage
    assert np.median(np.abs(differences)) == pytest.approx(0.6745 * NOISE, rel=0.25)
    for number in (1, 2, 3):
        inside = sequence.points.segment == number
        noise_of_median = 1.25 * NOISE / np.sqrt(inside.sum())
        assert abs(np.median(differences[inside])) < 2e-5 + 3 * noise_of_median


# ------------------------------------------------------------------------- the segments
def test_kinds_of_segments(tmp_path: Path) -> None:
    hold = np.exp(-np.arange(12) / 4)
    currents = [0.0] * 8, [2e-4] * 20, [0.0] * 8, [-1e-4] * 20, (-1e-4 * hold).tolist()
    current = np.concatenate(currents)
    voltage = 3.0 - 200 * current
    voltage[8:28] -= np.linspace(0, 0.4, 20)
    voltage[36:56] += np.linspace(0, 0.4, 20)
    voltage[56:] = voltage[55]
    path = tmp_path / "cccv.csv"
    rows = {"t/s": 30.0 * np.arange(len(current)), "I/A": -current, "U/V": voltage}
    pd.DataFrame(rows).to_csv(path, index=False)
    (found,) = sequences(readers.read(path), NO_SIZES)
    kinds = [segment.kind for segment in found.segments]
    constant = Kind.CURRENT
    assert kinds == [Kind.REST, constant, Kind.REST, constant, Kind.VOLTAGE]
    assert found.current[10] == pytest.approx(2e-4)
    # the current started when the rest ended, and not at its first row
    assert found.segments[1].start == 210.0


def test_a_drive_profile_is_one_segment(tmp_path: Path) -> None:
    current = 1e-4 * np.random.default_rng(1).standard_normal(200)
    path = tmp_path / "drive.csv"
    rows = {"t/s": np.arange(200.0), "I/A": current, "U/V": 3.0 - 200 * current}
    pd.DataFrame(rows).to_csv(path, index=False)
    (found,) = sequences(readers.read(path), NO_SIZES)
    assert [segment.kind for segment in found.segments] == [Kind.PROFILE]
    (observation,) = read(path).observations
    assert isinstance(observation, MeasuredSequence)


def test_a_jump_without_rows_begins_another_sequence(tmp_path: Path) -> None:
    time = np.concatenate([60.0 * np.arange(20), 1e6 + 60.0 * np.arange(20)])
    voltage = np.tile(np.linspace(3.2, 2.1, 20), 2)
    path = tmp_path / "two.csv"
    rows = {"t/s": time, "I/A": np.full(40, -1e-4), "U/V": voltage}
    pd.DataFrame(rows).to_csv(path, index=False)
    assert len(sequences(readers.read(path), NO_SIZES)) == 2


def test_a_rest_at_one_second_does_not_outweigh_all_else(tmp_path: Path) -> None:
    time = np.arange(0, 8000.0)
    current = np.where((time > 100) & (time <= 1000), 1e-4, 0.0)
    voltage = 3.0 - 200 * current - 1e-5 * np.minimum(np.maximum(time - 100, 0), 900)
    path = tmp_path / "pulse.csv"
    pd.DataFrame({"t/s": time, "I/A": -current, "U/V": voltage}).to_csv(
        path, index=False
    )
    (sequence,) = read(path, sequence=True).observations
    assert isinstance(sequence, MeasuredSequence)
    points = sequence.points
    assert len(points) < 500
    assert points.readings.max() == READINGS


# ---------------------------------------------------------------- when a file is one
def test_an_unrelaxed_rest_makes_a_sequence(unrelaxed: Path) -> None:
    measured = read(unrelaxed)
    assert [type(o) for o in measured.observations] == [MeasuredSequence]
    remark = " ".join(measured.recognised["Remarks"][0])
    assert "segment 3 does not start from an equilibrium" in remark
    assert list(measured.recognised["Direction"]) == ["discharge", "at rest", "charge"]


@pytest.mark.parametrize(
    "options", [{"sequence": False}, {"half_cycles": (1,)}, {"start": "slow"}]
)
def test_the_user_may_take_half_cycles_one_by_one(
    unrelaxed: Path, options: dict[str, object]
) -> None:
    measured = read(unrelaxed, **options)
    assert {type(o) for o in measured.observations} == {MeasuredCurve}


def test_relaxed_half_cycles_are_no_sequence(tmp_path: Path) -> None:
    rest, flow = np.full(20, 3.0), np.linspace(2.9, 2.1, 20)
    voltage = np.concatenate([rest, flow, rest[:15] - 0.5, 5.0 - flow])
    current = np.repeat([0.0, -1e-4, 0.0, 1e-4], [20, 20, 15, 20])
    path = tmp_path / "relaxed.csv"
    rows = {"t/s": 100.0 * np.arange(75), "I/A": current, "U/V": voltage}
    pd.DataFrame(rows).to_csv(path, index=False)
    assert {type(o) for o in read(path).observations} == {MeasuredCurve}


def test_segments_are_chosen_and_checked(unrelaxed: Path) -> None:
    (sequence,) = read(unrelaxed, segments=(3,)).observations
    assert isinstance(sequence, MeasuredSequence)
    assert set(sequence.points.segment) == {3}
    # the current of the other segments still flows
    assert sequence.steps.current.max() > 0 > sequence.steps.current.min()
    with pytest.raises(NfpcellError, match="no segment 4; right would be from 1 to 3"):
        read(unrelaxed, segments=(4,))
    with pytest.raises(NfpcellError, match="one of the two"):
        read(unrelaxed, segments=(1,), half_cycles=(1,))


def test_a_cell_that_the_model_of_sequences_does_not_have_is_refused(
    unrelaxed: Path,
) -> None:
    spread = {"Positive particle diffusion length spread": 0.3}
    cells = {"C": Cell.load("C").with_values(spread)}
    data = Data(unrelaxed, sequence=True)
    with pytest.raises(
        NfpcellError, match="a sequence of a cell with Positive particle"
    ):
        measured_data.read([data], cells, sequences=True)
    (*others,) = measured_data.read([Data(unrelaxed)], cells, sequences=True).curves
    assert len(others) == 2


# ------------------------------------------------------------------------------ a fit
@pytest.mark.slow
def test_a_fit_through_an_unrelaxed_rest_finds_the_constants(unrelaxed: Path) -> None:
    """Taken as an equilibrium, the rest gives three times the contact resistance."""
    free = {CONTACT: (0.0, 60.0), DIFFUSIVITY: (1e-18, 1e-15)}
    fit = nfpcell.fit("C", unrelaxed, free, model="particle", intervals="linear")
    assert fit.residual_rms < 3 * NOISE
    assert list(fit.parameters["Name"]) == list(free)
    for row in fit.parameters.itertuples():
        value, lower, upper = row[2:5]
        # five standard deviations: the noise is one sample
        assert abs(value - TRUE[row.Name]) < 2.5 * (upper - lower) / 2
        assert upper - lower < 0.1 * value
