"""What is known of free constants, and what would be known after a measurement."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

import nfpcell
from nfpcell.cell import catalogue
from nfpcell.cell.covariance import Covariance
from nfpcell.fitting.knowledge import HALF_WIDTH, Knowledge
from nfpcell.studies import draws

CONTACT = "Contact resistance [Ohm]"
DIFFUSIVITY = "Positive particle diffusivity [m2.s-1]"
RADIUS = "Positive particle radius over BET radius of powder"


@pytest.fixture
def cell():
    """D and R are known only as D/R^2."""
    base = nfpcell.Cell.load("C")
    matrix = 0.25 * np.outer([2, 1], [2, 1]) + 1e-4 * np.eye(2)
    covariance = Covariance(
        (DIFFUSIVITY, RADIUS),
        ("log", "log"),
        tuple((base[n] / 1e3, base[n] * 1e3) for n in (DIFFUSIVITY, RADIUS)),
        tuple(map(tuple, matrix.tolist())),
    )
    values = [base.quantities[n] for n in (DIFFUSIVITY, RADIUS)]
    return base.with_quantities(values, covariance=covariance)


def _only(cell, names, given):
    known = Knowledge.of(cell, given)
    places = known.places(names)
    return known, known.covariance[np.ix_(places, places)]


def test_the_covariance_of_the_file(cell):
    known, block = _only(cell, [DIFFUSIVITY, RADIUS], {})
    assert np.allclose(block, cell.covariance.array)
    (place,) = known.places([DIFFUSIVITY])
    low, high = known.interval(place)
    assert high / cell[DIFFUSIVITY] == pytest.approx(np.exp(HALF_WIDTH * 1.00005))
    assert low * high == pytest.approx(cell[DIFFUSIVITY] ** 2)


def test_a_given_interval_replaces_that_of_the_file(cell):
    value = cell[DIFFUSIVITY]
    known, block = _only(
        cell, [DIFFUSIVITY, RADIUS], {DIFFUSIVITY: (value / 2, value * 2)}
    )
    assert block[0, 1] == 0
    assert block[0, 0] == pytest.approx((np.log(2) / HALF_WIDTH) ** 2)
    assert block[1, 1] == pytest.approx(0.2501)
    (place,) = known.places([DIFFUSIVITY])
    assert known.interval(place) == pytest.approx((value / 2, value * 2))


def test_a_symmetric_interval_is_one_of_the_value():
    cell = nfpcell.Cell.load("C")
    value = cell[CONTACT]
    known, block = _only(cell, [CONTACT], {CONTACT: (value - 3, value + 3)})
    (place,) = known.places([CONTACT])
    assert known.free.parameters[place].scale == "linear"
    assert known.interval(place) == pytest.approx((value - 3, value + 3))
    assert block[0, 0] > 0


def test_an_update_is_that_of_bayes(cell):
    known = Knowledge.of(cell)
    R = np.random.default_rng(0).standard_normal((4, len(known)))
    expected = np.linalg.inv(np.linalg.inv(known.covariance) + R.T @ R)
    assert np.allclose(known.after(R).covariance, expected)
    assert np.allclose(
        known.after(R).after(R).covariance, known.after(np.vstack([R, R])).covariance
    )


def test_a_direction_without_information_stays_open(cell):
    """Data that determine only D/R^2 do not narrow D, however accurate they are."""
    known = Knowledge.of(cell)
    d, r = known.places([DIFFUSIVITY, RADIUS])
    R = np.zeros((1, len(known)))
    R[0, d], R[0, r] = 1e4, -2e4
    assert known.after(R).width(d) > 0.99 * known.width(d)
    separate = np.zeros((1, len(known)))
    separate[0, d] = 1e4
    assert known.after(separate).width(d) < 1e-3 * known.width(d)


def test_fitted_constants_without_an_interval_count_as_known():
    base = nfpcell.Cell.load("C")
    stated = {
        CONTACT: (base[CONTACT] - 2, base[CONTACT] + 2),
        DIFFUSIVITY: (base[DIFFUSIVITY] / 2, base[DIFFUSIVITY] * 2),
        RADIUS: None,
    }
    cell = base.with_quantities(
        replace(base.quantities[name], kind="fitted", targets=("x",), interval=ends)
        for name, ends in stated.items()
    )
    known = Knowledge.of(cell)
    assert {CONTACT, DIFFUSIVITY} <= set(known.free.names)
    assert RADIUS not in known.free.names
    independent, count_as_known = known.remarks
    assert "independent" in independent
    assert "count as known" in count_as_known


def test_the_covariance_beside_a_material_file(tmp_path):
    """Of the fitted constants that the cell takes from that file."""
    folder = catalogue.folder("parameter_sets")
    shutil.copy(folder / "yamauchi2020.toml", tmp_path / "material.toml")
    text = (folder / "yamauchi2020_cell_c.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('"yamauchi2020"', '"material"'), encoding="utf-8")
    cell = nfpcell.Cell.load(path)
    others = [n for n, q in cell.quantities.items() if q.kind != "fitted"]
    names = (CONTACT, others[0], DIFFUSIVITY)
    joint = draws.Covariance(
        names,
        ("linear", "linear", "log"),
        np.array([2.0, 1.0, 0.3]),
        np.array([[1.0, 0.2, -0.5], [0.2, 1.0, 0.1], [-0.5, 0.1, 1.0]]),
    )
    path = draws.covariance_path(tmp_path / "material.toml")
    path.write_text(joint.to_csv(), encoding="utf-8")
    known, _ = _only(cell, [CONTACT, DIFFUSIVITY], {})
    contact, diffusivity = known.places([CONTACT, DIFFUSIVITY])
    assert others[0] not in known.free.names
    assert known.correlations[contact, diffusivity] == pytest.approx(-0.5)
    low, high = known.interval(contact)
    assert high - low == pytest.approx(2 * HALF_WIDTH * 2.0)
    low, high = known.interval(diffusivity)
    assert np.log(high / low) == pytest.approx(2 * HALF_WIDTH * 0.3)


@pytest.mark.parametrize(
    ("given", "wanted", "said"),
    [
        ({}, "Separator thickness [m]", "counts as known"),
        ({}, "Contact resistance", "did you mean"),
        ({CONTACT: (50, 60)}, CONTACT, "no 95 % interval around the value"),
        ({CONTACT: (30, 20)}, CONTACT, "no 95 % interval around the value"),
    ],
)
def test_refusals(given, wanted, said):
    with pytest.raises(nfpcell.NfpcellError, match=said):
        Knowledge.of(nfpcell.Cell.load("C"), given).places([wanted])
