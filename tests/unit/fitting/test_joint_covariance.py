"""The joint distribution of fitted constants and assumed values."""

import re

import numpy as np
import pytest

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.fitting.free_parameters import Free, FreeParameters
from nfpcell.fitting.joint_covariance import joint_covariance
from nfpcell.fitting.observations import PublishedNumber
from nfpcell.studies.experiment import Experiment

D = "Positive particle diffusivity [m2.s-1]"
LENGTH = "Positive particle diffusion length [m]"
VOID = "Positive electrode void fraction"


def material_with_ranges_of(tmp_path, *kept):
    """The shared material file, with the ranges of these quantities only."""
    text = (catalogue.folder(catalogue.CELLS) / "yamauchi2020.toml").read_text()
    lines = [
        line
        if any(f'"{name}"' in line for name in kept)
        else re.sub(r", range = \[[^]]*\]", "", line)
        for line in text.splitlines()
    ]
    path = tmp_path / "yamauchi2020.toml"
    path.write_text("\n".join(lines))
    return path


@pytest.mark.slow
def test_the_length_is_assumed_so_the_diffusivity_follows_it(tmp_path):
    experiment = Experiment.load("rate_30C")
    targets = [
        PublishedNumber.of(experiment, target, 0.5)
        for target in experiment.targets
        if target.value and target.condition.rate == 2 and target.cell == "C"
    ]
    cell = Cell.load("C")
    free = FreeParameters([Free(D, 1e-20, 1e-13)])
    plan = FitPlan(
        "test",
        "test",
        {"C": cell},
        free,
        targets=tuple(targets),
        files={"C": cell.path},
    )
    path = material_with_ranges_of(tmp_path, LENGTH, VOID)
    found = joint_covariance(plan, path)
    assert set(found.names) == {D, LENGTH, VOID}
    k, other, void = (found.names.index(name) for name in (D, LENGTH, VOID))
    # D over the squared length is determined, so D has twice the deviation of ln l
    assert found.correlations[k, other] > 0.95
    assert found.deviations[k] == pytest.approx(2 * found.deviations[other], rel=0.1)
    # the numbers do not determine the length: its prior, a quarter of the range
    assert found.deviations[other] == pytest.approx(np.log(10) / 4, rel=0.05)
    assert found.deviations[void] == pytest.approx(0.25 / 4, rel=0.1)
