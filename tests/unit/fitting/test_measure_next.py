"""nfpcell.measure_next: the ranking, the combination and the words."""

import numpy as np
import pytest

import nfpcell
from nfpcell import plot
from nfpcell.fitting import experiment_design, measure_next
from nfpcell.fitting.candidates import Candidate, Choice, count, sweep_hours
from nfpcell.fitting.experiment_design import Prospect
from nfpcell.fitting.knowledge import Knowledge
from nfpcell.reports import measurement_files
from nfpcell.simulation.protocol import Protocol, run
from tests.unit.fitting.separable import J0, NAMES, R, cell

CELL = cell()


@pytest.fixture(scope="module")
def found():
    return nfpcell.measure_next(
        CELL,
        [J0],
        40,
        rates=[0.5, 2],
        temperatures=30,
        depth_of_discharge=0.5,
        model="particle",
    )


@pytest.mark.slow
def test_a_spectrum_separates_j0_from_r_and_a_half_cycle_does_not(found):
    best = found.table.groupby("Kind")["Times narrower"].max()
    assert best["spectrum at rest"] > 3
    assert best["spectrum under load"] > 3
    assert best["half-cycle"] < 1.1
    assert found.table["Kind"].iloc[0].startswith("spectrum")
    text = " ".join(found.sentences)
    name = "Positive electrode exchange-current density"
    assert f"separates {name} from Positive particle radius" in text
    (useless,) = [s for s in found.sentences if s.startswith("Another ")]
    assert "half-cycle" in useless
    assert f"does not narrow {name} (1.0" in useless
    assert f"only {name} / Positive particle radius" in useless


@pytest.mark.slow
def test_the_table_is_sorted_and_consistent(found):
    table = found.table
    assert len(table) == count(found.design.choice)
    assert table["Shrinkage per hour"].is_monotonic_decreasing
    expected = np.log(table["Times narrower"]) / table["Hours"]
    assert np.allclose(table["Shrinkage per hour"], expected)
    widths = [
        np.subtract.reduce(np.log(table[column].tolist()), axis=1)
        for column in ("Interval now", "Interval after")
    ]
    assert np.allclose(widths[0] / widths[1], table["Times narrower"])


@pytest.mark.slow
def test_the_combination_fits_in_the_hours(found):
    combination = found.design.combination
    assert 0 < combination.hours <= 40
    chosen = found.table.dropna(subset="Order in combination")
    assert list(chosen["Order in combination"].sort_values()) == list(
        range(1, len(combination.prospects) + 1)
    )
    (place,) = found.design.places
    best_alone = found.table["Times narrower"].max()
    assert found.design.narrower(combination.after, place) >= best_alone


@pytest.mark.slow
def test_each_protocol_file_runs_in_the_hours_that_are_promised(found, tmp_path):
    best = found.best[:2]
    for name, text in measurement_files.contents(best, CELL).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for measurement, name in measurement_files.names_of(best).items():
        (candidate,) = [c for c in best if c.name == measurement]
        protocol = Protocol.load(tmp_path / name)
        assert protocol.cell.values == CELL.values
        table, _ = run(protocol, "particle")
        assert table["Duration [h]"].sum() == pytest.approx(candidate.hours, rel=0.02)
        notes = [step.note for step in candidate.steps]
        assert sum("spectrum" in note for note in notes) == 1
        assert "# spectrum, 1e+06 to" in (tmp_path / name).read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_figure_has_a_bar_and_an_interval_for_each(found):
    bars, intervals = plot.next_measurements(found.table).axes
    assert len(bars.patches) == len(found.table)
    widths = sorted(bar.get_width() for bar in bars.patches)
    assert np.allclose(widths, sorted(found.table["Shrinkage per hour"]))
    assert "exchange-current" in intervals.get_xlabel()


def test_a_built_in_cell_is_named_in_a_protocol_file():
    assert measurement_files.contents([], nfpcell.Cell.load("C")) == {}
    assert set(measurement_files.contents([], CELL)) == {"cell.toml"}


def test_the_time_of_a_spectrum():
    # two periods at 0.01 Hz, at least a second at 1 kHz
    assert sweep_hours(np.array([1e3, 0.01])) == pytest.approx(201 / 3600)


# ------------------------------------------------------------------ the combination
def _prospect(name: str, hours: float, root: list[float]) -> Prospect:
    known = Knowledge.of(CELL)
    candidate = Candidate(name, "half-cycle", "charged", (), ())
    object.__setattr__(candidate, "steps", (_Step(hours),))
    R = np.zeros((1, len(known)))
    R[0, known.places(NAMES)] = root
    after = known.after(R)
    gain = experiment_design.gain(known, after, known.places([J0]))
    return Prospect(candidate, R, after, gain)


class _Step:
    def __init__(self, hours: float) -> None:
        self.hours = hours


def test_two_measurements_that_are_useless_alone_are_not_combined():
    """The greedy choice takes what gains, and leaves what does not."""
    known, flat = Knowledge.of(CELL), [0.0, 1e3, -1e3]
    prospects = [_prospect("flat", 1, flat), _prospect("sharp", 30, [0, 0, 50])]
    best = experiment_design.best_combination(known, known.places([J0]), prospects, 48)
    assert [p.candidate.name for p in best.prospects] == ["sharp"]


def test_a_long_measurement_is_chosen_if_it_is_better_than_short_ones_before_it():
    known = Knowledge.of(CELL)
    prospects = [_prospect("short", 5, [0, 0, 5]), _prospect("long", 45, [0, 0, 500])]
    best = experiment_design.best_combination(known, known.places([J0]), prospects, 48)
    assert [p.candidate.name for p in best.prospects] == ["long"]
    assert best.hours == 45


# ---------------------------------------------------------------------- refusals
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"want": "Separator thickness [m]"}, "counts as known"),
        ({"want": []}, "no quantity is wanted"),
        ({"hours": 0}, "hours"),
        ({"temperatures": 303.15}, "kelvin"),
        ({"sigma": 0}, "sigma"),
        ({"model": "half"}, "full or particle"),
        ({"cell": "cathode-symmetric"}, "symmetric"),
    ],
)
def test_refusals(change, said):
    arguments = {"cell": CELL, "want": J0} | change
    with pytest.raises(nfpcell.NfpcellError, match=said):
        nfpcell.measure_next(arguments.pop("cell"), arguments.pop("want"), **arguments)


def test_the_default_choice_is_that_of_the_function():
    assert measure_next._DEFAULTS == Choice()
    assert R in Knowledge.of(CELL).free.names
