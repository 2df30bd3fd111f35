"""Files of real instruments, where they are at hand."""

import os
from pathlib import Path

import numpy as np
import pytest

from nfpcell.eis import spectrum_analysis
from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles, summary
from nfpcell.measured.readers import read

DATA = Path(
    os.environ.get(
        "NFPCELL_TEST_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"
    )
)


def _path(name):
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return path


@pytest.mark.parametrize(
    ("name", "form", "count", "frequencies", "first", "last"),
    [
        (
            "PEIS-0.mpr",
            "BioLogic .mpr, PEIS, VMP data version 3, 60 points",
            60,
            (1.00010e4, 9.31323e-3),
            5.521314 - 1.551307j,
            95.288635 - 80.352745j,
        ),
        (
            "exampleDataBioLogic.mpt",
            "BioLogic EC-Lab text, PEIS, 43 rows",
            43,
            (1000.3201, 1.6895540e-2),
            65.470886 - 0.38998979j,
            110.97003 - 2.3458567j,
        ),
        (
            "exampleDataGamry.DTA",
            "Gamry .dta, EISPOT, tables OCVCURVE, ZCURVE",
            72,
            (200015.6, 0.0158898),
            825.8584 - 1367.239j,
            17007.49 - 6635.557j,
        ),
        (
            "exampleDataVersaStudio.par",
            "VersaStudio .par, 1 segment",
            61,
            (1e5, 2.154435e-2),
            55.31571 + 4.575431j,
            1516.313 - 122.8279j,
        ),
        (
            "exampleDataZPlot.z",
            "ZView .z, 21 rows",
            21,
            (3e5, 3e3),
            147.77 - 11.335j,
            613.68 - 137.13j,
        ),
        (
            "exampleData.csv",
            "table without headings, 66 rows",
            66,
            (1e4, 3.1623e-3),
            0.01577148 + 0.01015747j,
            0.04949990 - 0.02043870j,
        ),
    ],
)
def test_spectra(name, form, count, frequencies, first, last):
    found = read(_path(name))
    assert found.format == form
    assert found.table is None
    (one,) = found.spectra
    assert len(one.frequencies) == count
    assert one.frequencies[[0, -1]] == pytest.approx(frequencies, rel=1e-5)
    np.testing.assert_allclose(one.Z[[0, -1]], [first, last], rtol=1e-5)
    assert spectrum_analysis.read(DATA / name).name == one.name


def test_direct_current_and_voltage_of_a_spectrum():
    (one,) = read(_path("PEIS-0.mpr")).spectra
    assert one.voltage == pytest.approx(3.047809)
    assert one.current == pytest.approx(1.2709e-5, rel=1e-4)
    (one,) = read(_path("exampleDataGamry.DTA")).spectra
    assert one.voltage == pytest.approx(-0.341105, rel=1e-5)


def test_cycling_mpr():
    found = read(_path("GCPL-0.mpr"))
    assert found.format == "BioLogic .mpr, GCPL, VMP data version 11, 4 points"
    assert found.table["Time [s]"].tolist() == pytest.approx([0, 1, 2, 2.813], abs=1e-3)
    assert found.table["Voltage [V]"].iloc[0] == pytest.approx(3.515088)
    with pytest.raises(DataFileError, match="4 rows are no half-cycle"):
        half_cycles(found)
    found = read(_path("MB-0.mpr"))
    assert found.table["Voltage [V]"].tolist() == pytest.approx([1.489010, 1.489087])


def test_smallest_table():
    found = read(_path("sample.bdf.csv"))
    assert found.format == "Battery Data Format table, 3 rows"
    assert found.table["Voltage [V]"].tolist() == [3.7, 3.6, 3.5]
    with pytest.raises(DataFileError, match="3 rows are no half-cycle"):
        half_cycles(found)


def test_a_full_cycle():
    name = "SINTEF__G20M7-202512-Gru6mV__20251228__C30__25degC__Neware.bdf.csv.gz"
    found = read(_path(name))
    assert len(found.table) == 17587
    charge, discharge = half_cycles(found)
    assert (charge.direction, discharge.direction) == ("charge", "discharge")
    assert charge.current == pytest.approx(0.16498, rel=1e-3)
    # the file's own count at the end of the step
    assert discharge.capacity[-1] == pytest.approx(3.8551, rel=1e-3)
    assert discharge.temperature == 25
    assert discharge.rest == pytest.approx(3600)
    assert discharge.rest_voltage == pytest.approx(4.194128)
    assert (charge.cut_off, discharge.cut_off) == pytest.approx((4.2, 3.0), abs=1e-3)
    assert len(summary([charge, discharge])) == 2


def test_a_half_cell_of_a_coarse_current():
    name = "SINTEF__LiGrR2032__2024-04-30__25degC__Landt.bdf.csv.gz"
    found = read(_path(name))
    halves = half_cycles(found)
    assert [h.direction for h in halves] == ["discharge", "charge", "discharge"]
    assert halves[0].capacity[-1] == pytest.approx(0.0063)
    # 2e-4 A in the file, of one digit
    assert halves[0].current == pytest.approx(1.764e-4, rel=1e-3)
    assert any("too coarse" in remark for remark in halves[0].remarks)
    # a column of zeros; the name knows better
    assert halves[0].temperature == 25
