"""The page on theory: it is what the docstrings say, and each law has a picture."""

import numpy as np
import pytest

from benchmarks.theory import (  # noqa: F401
    balances,
    composition,
    material,
    page,
    runs,
    spreads,
)
from benchmarks.theory.picture import PICTURES, draw

LAWS = {page.name_of(law): law for of in page.modules() for law in page.laws(of)}
# a rule of the mesh
WITHOUT_PICTURE = {"particle.surface_gradient"}
# pictures of a run of the model
RUNS = [name for name, make in PICTURES.items() if make.__module__ == runs.__name__]


def test_the_page_is_current():
    written = page.PAGE.read_text("utf-8")
    assert written == page.page(), "right would be: python -m benchmarks.theory page"


def test_each_law_has_a_picture_and_each_picture_a_law():
    missing = LAWS.keys() - WITHOUT_PICTURE - PICTURES.keys()
    assert not missing, f"right would be a picture in benchmarks/theory for {missing}"
    assert PICTURES.keys() <= LAWS.keys()
    files = {path.stem for path in page.FIGURES.iterdir()}
    assert files == PICTURES.keys()
    assert sum(path.stat().st_size for path in page.FIGURES.iterdir()) < 1.5e6


@pytest.mark.parametrize("name", LAWS)
def test_a_law_states_its_equation_symbols_and_source(name):
    text = "\n".join(page._law(LAWS[name]))
    assert "```math" in text
    assert "* **Source:**" in text
    assert "| argument |" in text
    # nothing of the other markup is left
    assert ".. math::" not in text
    assert ":math:" not in text


@pytest.mark.parametrize("name", [name for name in PICTURES if name not in RUNS])
def test_a_picture_shows_finite_curves_with_labels(name):
    picture = PICTURES[name]()
    (axes,) = draw(picture).axes
    assert axes.get_xlabel()
    assert axes.get_ylabel()
    assert len(axes.lines) == len(picture.curves)
    for line in axes.lines:
        assert np.isfinite(line.get_xydata()).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_a_picture_of_a_run_shows_finite_curves(name):
    (axes,) = draw(PICTURES[name]()).axes
    assert all(np.isfinite(line.get_xydata()).all() for line in axes.lines)
