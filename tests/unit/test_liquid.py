"""The non-aqueous reference: PyBaMM's DFN with the laws of NFP."""

import json

import numpy as np
import pytest

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cell.parameters import NAMES
from nfpcell.cell.schema import KINDS
from nfpcell.cli import app
from nfpcell.errors import UnknownNameError
from nfpcell.physics import diffusion
from nfpcell.studies import liquid, liquid_cell

CAPACITY = "Specific capacity [mA.h.g-1]"


@pytest.mark.parametrize("name", liquid_cell.names())
def test_every_number_has_its_kind_and_source(name):
    cell = liquid_cell.LiquidCell.load(name)
    for entry in cell.quantities.values():
        assert entry.kind in KINDS
        assert entry.note
        assert entry.source in cell.sources
        if entry.range:
            assert entry.range[0] <= entry.value <= entry.range[1]


def test_the_separator_resists_as_its_two_layers():
    values = liquid.parameter_values()
    file_values = liquid_cell.LiquidCell.load().values
    resistance = sum(
        file_values[f"{layer} thickness [m]"] / file_values[f"{layer} porosity"] ** 1.5
        for layer in ("Glass filter", "Membrane")
    )
    assert values["Separator thickness [m]"] / values[
        "Separator porosity"
    ] ** 1.5 == pytest.approx(resistance)


def test_the_diffusivity_is_the_slope_of_its_integral():
    theta = np.linspace(0.05, 0.95, 19)
    constants = (2.0, 0.013, 0.6, 0.05)
    h = 1e-6
    slope = (
        diffusion.kirchhoff_falling(theta + h, *constants)
        - diffusion.kirchhoff_falling(theta - h, *constants)
    ) / (2 * h)
    found = diffusion.diffusivity_falling(theta, *constants)
    assert found == pytest.approx(slope, rel=1e-6)


@pytest.mark.slow
def test_a_slow_discharge_gives_what_the_material_has():
    cell = Cell.load("C")
    all_of_it = cell[NAMES["specific_capacity"]] * cell[NAMES["active_fraction"]]
    table, curves = liquid.discharge([2e-5])
    assert table[CAPACITY][0] == pytest.approx(all_of_it, rel=0.005)
    assert curves["Voltage [V]"].iloc[0] == pytest.approx(3.4, abs=0.02)
    assert curves["Voltage [V]"].iloc[-1] == pytest.approx(2.0, abs=1e-3)


@pytest.mark.slow
def test_grains_of_2_um_deliver_most_of_their_capacity_in_a_liquid():
    """NFP of about that size delivers 82 to 90 mAh/g in liquids: docs/held_out.md."""
    table, _ = liquid.discharge([0.1, 1])
    slow, fast = table[CAPACITY]
    assert 80 < slow < 92
    assert fast < slow


def test_a_spectrum_ends_in_the_electrolyte_and_in_the_sum_of_its_parts():
    values = liquid.parameter_values()
    file_values = liquid_cell.LiquidCell.load().values
    area = file_values["Electrode height [m]"] * file_values["Electrode width [m]"]
    spectrum = liquid.impedance([0.5], frequencies=[1e6, 10, 0.025])
    Z = spectrum["Z_re [Ohm]"].to_numpy()
    separator = values["Separator thickness [m]"] / (
        file_values["Electrolyte conductivity [S.m-1]"]
        * values["Separator porosity"] ** 1.5
    )
    assert separator / area < Z[0] < 1.3 * separator / area
    sodium = 8.314 * 303.15 / 96485 / 2.6 / area
    assert Z[2] > Z[0] + sodium
    assert (spectrum["Z_im [Ohm]"] < 0).all()


@pytest.mark.slow
def test_the_command(capfd, tmp_path):
    folder = tmp_path / "out"
    words = ["liquid", "--rates", "1", "--dod", "0.5", "--out", str(folder)]
    assert app.main([*words, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert {row["Cell"] for part in found.values() for row in part} == {"liquid"}
    assert (folder / "voltage.png").stat().st_size > 10_000
    assert (folder / "nyquist.png").stat().st_size > 10_000
    assert app.main(words) == 0
    assert "liquid" in capfd.readouterr().out


def test_it_is_no_cell_of_ours():
    with pytest.raises(UnknownNameError, match="nfpcell liquid"):
        Cell.load("liquid")
    assert catalogue.LIQUID not in catalogue.cells()
