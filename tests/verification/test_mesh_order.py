"""Order of convergence of both models on finer meshes."""

from itertools import pairwise

import numpy as np
import pytest

from nfpcell.cell.schema import SODIUM_CONTACTS
from nfpcell.model.half_cell import HalfCell
from nfpcell.model.single_particle import SingleParticle
from tests.verification.cell_c import at_rate, solve


def voltages(cls, t, points, contact, **changed):
    numbers, _, _ = at_rate(1.0, **changed)
    run = solve(cls, numbers, t[-1] + 1, points, sodium_contact=contact)
    return run["Voltage [V]"](t)


def observed_orders(run, counts):
    """From differences of successive doublings; needs no exact solution."""
    found = [run(n) for n in counts]
    steps = [np.sqrt(np.mean((b - a) ** 2)) for a, b in pairwise(found)]
    return np.log2(np.array(steps[:-1]) / np.array(steps[1:]))


@pytest.mark.slow
@pytest.mark.parametrize("contact", SODIUM_CONTACTS)
def test_second_order_along_the_radius(contact):
    t = np.linspace(200, 1500, 14)
    orders = observed_orders(
        lambda n: voltages(SingleParticle, t, {"r_p": n}, contact), (16, 32, 64, 128)
    )
    assert np.all(orders > 1.8)


@pytest.mark.slow
@pytest.mark.parametrize("contact", SODIUM_CONTACTS)
def test_second_order_through_the_thickness(contact):
    t = np.linspace(200, 1500, 14)
    orders = observed_orders(
        lambda n: voltages(HalfCell, t, {"r_p": 12, "x_p": n}, contact, w_carbon=0.035),
        (6, 12, 24, 48),
    )
    assert np.all(orders > 1.8)
