"""Order of convergence of both models on finer meshes."""

from itertools import pairwise

import numpy as np

from nfpcell.model.half_cell import HalfCell
from nfpcell.model.single_particle import SingleParticle
from tests.verification.cell_c import at_rate, solve


def voltages(cls, t, points, **changed):
    numbers, _, _ = at_rate(1.0, **changed)
    return solve(cls, numbers, t[-1] + 1, points)["Voltage [V]"](t)


def observed_orders(run, counts):
    """From differences of successive doublings; needs no exact solution."""
    found = [run(n) for n in counts]
    steps = [np.sqrt(np.mean((b - a) ** 2)) for a, b in pairwise(found)]
    return np.log2(np.array(steps[:-1]) / np.array(steps[1:]))


def test_second_order_along_the_radius():
    t = np.linspace(200, 1500, 14)
    orders = observed_orders(
        lambda n: voltages(SingleParticle, t, {"r_p": n}), (16, 32, 64, 128)
    )
    assert np.all(orders > 1.8)


def test_second_order_through_the_thickness():
    t = np.linspace(200, 1500, 14)
    orders = observed_orders(
        lambda n: voltages(HalfCell, t, {"r_p": 12, "x_p": n}, w_carbon=0.035),
        (6, 12, 24, 48),
    )
    assert np.all(orders > 1.8)
