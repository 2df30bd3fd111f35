"""The files that ``nfpcell example-data`` writes."""

import numpy as np
import pytest

import nfpcell
from nfpcell.studies import example_data

COUNT = {"spectra_30degC.csv": 3, "operando_0.1C_30degC.csv": 9}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("examples")
    for name in example_data.FILES:
        text = example_data.text(name, "particle")
        (place / name).write_text(text, encoding="utf-8")
    return place


@pytest.mark.slow
def test_the_first_line_says_that_nothing_was_measured(folder):
    for name in example_data.FILES:
        first, heading, *rows = (folder / name).read_text("utf-8").splitlines()
        assert first.startswith("# Made by nfpcell example-data, not measured: Cell C")
        assert "Contact resistance [Ohm] = 12" in first
        assert "model particle" in first
        assert "[" in heading
        assert len(rows) > 100
        assert example_data.content(name).endswith(".")


@pytest.mark.slow
def test_the_same_seed_gives_the_same_file(folder):
    name = "spectra_30degC.csv"
    assert example_data.text(name, "particle") == (folder / name).read_text("utf-8")


@pytest.mark.slow
def test_each_file_holds_what_it_says(folder):
    for name in example_data.FILES:
        recording = nfpcell.read(folder / name)
        assert len(recording.spectra) == COUNT.get(name, 0)
    test = nfpcell.half_cycles(folder / "rate_test_30degC.csv")
    assert {half_cycle.direction for half_cycle in test} == {"discharge"}
    nominal = float(example_data.cell().derived().nominal_capacity)
    rates = [half_cycle.current / nominal for half_cycle in test]
    assert rates == pytest.approx(example_data.RATES, rel=1e-3)
    assert all(h.rest >= 3600 and h.temperature == 30 for h in test)
    capacities = [h.capacity[-1] for h in test]
    assert (np.diff(capacities) < 0).all()
    pulses = nfpcell.half_cycles(folder / "gitt_30degC.csv")
    assert len(pulses) == example_data.PULSES
    assert all(h.rest is not None for h in pulses)


@pytest.mark.slow
def test_the_cell_that_made_them_differs_by_the_noise(folder):
    cell = example_data.cell()
    data = [
        folder / "rate_test_30degC.csv",
        nfpcell.Data(
            folder / "spectra_30degC.csv", depth_of_discharge=example_data.REST_DEPTHS
        ),
        nfpcell.Data(
            folder / "operando_0.1C_30degC.csv",
            rate=example_data.LOAD,
            depth_of_discharge=example_data.LOAD_DEPTHS,
        ),
    ]
    table = nfpcell.compare(cell, data, "particle")
    assert len(table) == 5 + 3 + 9
    assert table["RMS difference [mV]"].max() < 2
    assert table["Capacity error [%]"].abs().max() < 0.1
    assert table["RMS difference [%]"].max() < 0.7
    other = nfpcell.compare("C", data, "particle")
    assert other["RMS difference [mV]"].max() > 20
    assert other["RMS difference [%]"].max() > 5
