"""The covariance of fitted constants in a cell file."""

import pickle

import numpy as np
import pytest

import nfpcell
from nfpcell.cell.covariance import Covariance
from nfpcell.cell.quantity import Quantity

CONTACT = "Contact resistance [Ohm]"
DIFFUSIVITY = "Positive particle diffusivity [m2.s-1]"


def _fitted(name: str, value: float, interval: tuple[float, float]) -> Quantity:
    unit = name.partition("[")[2].rstrip("]")
    return Quantity(name, value, unit, "fitted", "a fit", "", ("mine.csv",), interval)


@pytest.fixture
def cell():
    covariance = Covariance(
        (CONTACT, DIFFUSIVITY),
        ("linear", "log"),
        ((0.0, 40.0), (1e-19, 1e-14)),
        ((0.04, -0.018), (-0.018, 0.01)),
    )
    quantities = [
        _fitted(CONTACT, 12.0, (11.6, 12.4)),
        _fitted(DIFFUSIVITY, 2e-17, (1.6e-17, 2.4e-17)),
    ]
    return nfpcell.Cell.load("C").with_quantities(quantities, covariance=covariance)


def test_a_cell_file_keeps_it(cell, tmp_path):
    loaded = nfpcell.Cell.load(cell.save(tmp_path / "mine.toml"))
    assert loaded.covariance == cell.covariance
    assert pickle.loads(pickle.dumps(loaded)).covariance == cell.covariance


def test_a_file_without_it_has_the_hash_it_had():
    cell = nfpcell.Cell.load("C")
    assert cell.covariance is None
    assert cell.with_values({}).sha256 == cell.sha256


def test_another_covariance_is_another_content(cell):
    others = [q for q in cell.quantities.values() if q.name == CONTACT]
    assert cell.with_quantities(others).covariance == cell.covariance
    assert cell.with_values({CONTACT: 12.0}).sha256 != cell.sha256


def test_a_quantity_that_is_set_leaves_it(cell):
    changed = cell.with_values({CONTACT: 20.0}).covariance
    assert changed.names == (DIFFUSIVITY,)
    assert changed.matrix == ((0.01,),)
    assert changed.bounds == ((1e-19, 1e-14),)
    assert cell.with_values({CONTACT: 20.0, DIFFUSIVITY: 1e-17}).covariance is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[0.04, -0.018]", "[0.04]", "right would be 2 in each list"),
        ("[0.04, -0.018]", "[0.04, 5.0]", "no covariance"),
        ("[-0.018, 0.01]", "[-0.018, -0.01]", "no covariance"),
        (f'names = ["{CONTACT}"', 'names = ["Contact [Ohm]"', "not in [quantities]"),
        ('["linear", "log"]', '["linear", "lin"]', "'linear'"),
    ],
)
def test_a_wrong_one_is_refused(cell, tmp_path, old, new, said):
    text = cell.to_toml()
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new))
    with pytest.raises(nfpcell.DataFileError, match=r"covariance|scales") as error:
        nfpcell.Cell.load(path)
    assert said in str(error.value)


def test_the_matrix_as_an_array(cell):
    assert np.array_equal(cell.covariance.array, [[0.04, -0.018], [-0.018, 0.01]])
