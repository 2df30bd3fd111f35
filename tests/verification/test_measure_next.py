"""Measure next: the shrinkage that is promised is the one that is then measured.

In two cases the measurement is made: its data, with noise, are fitted together with the
data that were known before. In the third the constants are estimated many times from
the data with other noise, and the scatter of the estimates is compared.
"""

from dataclasses import replace

import numpy as np
import pytest

import nfpcell
from nfpcell.fitting.candidates import Choice, candidates
from nfpcell.fitting.experiment_design import design
from nfpcell.fitting.knowledge import Knowledge
from nfpcell.fitting.objective import Objective
from nfpcell.fitting.sensitivities import ACCURATE
from tests.unit.fitting.measurements import write_curve, write_spectrum
from tests.unit.fitting.separable import J0, D, R

CONTACT = "Contact resistance [Ohm]"
SIGMA, IMPEDANCE_SIGMA = 1e-3, 0.01
# largest relative difference between the promised and the measured shrinkage
TOLERATED = 0.25
DRAWS, ITERATIONS = 40, 8  # after fewer the scatter is that of the descent
pytestmark = pytest.mark.slow


def _cell():
    """Cell C with nothing that counts as free."""
    cell = nfpcell.Cell.load("C")
    stated = {n: q.value for n, q in cell.quantities.items() if q.interval}
    return cell.with_values(stated)


def _choice(rates=(), depths=()):
    noise = SIGMA, IMPEDANCE_SIGMA
    return Choice(rates, (30.0,), "discharge", depths, 0.1, *noise)


def _offer(cell, kind, **choice):
    offers = candidates(cell, _choice(**choice), "particle")
    return next(offer for offer in offers if offer.kind == kind)


def _discharge(folder, cell, rate):
    """The file of a discharge, with noise."""
    (curve,) = _offer(cell, "half-cycle", rates=(rate,)).data
    times = curve.charge * 3600 / curve.current
    noise = np.random.default_rng(int(10 * rate)).standard_normal(len(times))
    path = folder / f"{rate:g}C_30degC.csv"
    write_curve(path, times, curve.voltage + SIGMA * noise, curve.current)
    return nfpcell.Data(path, sigma=SIGMA)


def _spectrum(folder, cell, depth):
    """The file of a spectrum at rest, with noise."""
    (datum,) = _offer(cell, "spectrum at rest", depths=(depth,)).data
    Z, noise = datum.spectrum.Z, np.random.default_rng(2).standard_normal((2, 200))
    Z = Z + IMPEDANCE_SIGMA * abs(Z) * (noise[0] + 1j * noise[1])[: len(Z)]
    path = folder / "spectrum_30degC.csv"
    write_spectrum(path, datum.spectrum.frequencies, Z)
    known = {"depth_of_discharge": depth, "impedance_sigma": IMPEDANCE_SIGMA}
    return nfpcell.Data(path, **known)


def _fit(cell, files, free):
    bounds = {name: (cell[name] / 30, cell[name] * 30) for name in free}
    return nfpcell.fit(
        cell, files, bounds, model="particle", intervals="linear", starts=1
    )


def _width(cell, name):
    """Width of the 95 % interval of a constant of a fitted cell, in its coordinate."""
    known = Knowledge.of(cell)
    return known.width(*known.places([name]))


def _promised(cell, name, kind, **choice):
    known = Knowledge.of(cell)
    result = design(known, [name], 100.0, _choice(**choice), "particle")
    prospect = next(p for p in result.prospects if p.candidate.kind == kind)
    (place,) = result.places
    return result.narrower(prospect.after, place)


def test_another_discharge(tmp_path):
    cell, free = _cell(), (CONTACT, D)
    first = _discharge(tmp_path, cell, 0.2)
    now = _fit(cell, [first], free).cell
    then = _fit(cell, [first, _discharge(tmp_path, cell, 1.0)], free).cell
    for name in free:
        promised = _promised(now, name, "half-cycle", rates=(1.0,))
        measured = _width(now, name) / _width(then, name)
        assert promised > 1.5
        assert measured == pytest.approx(promised, rel=TOLERATED)


def test_a_spectrum_that_separates_j0_from_r(tmp_path):
    cell, free = _cell(), (D, R, J0)
    first = [_discharge(tmp_path, cell, rate) for rate in (0.2, 1.0)]
    now = _fit(cell, first, free).cell
    then = _fit(cell, [*first, _spectrum(tmp_path, cell, 0.5)], free).cell
    promised = _promised(now, J0, "spectrum at rest", depths=(0.5,))
    measured = _width(now, J0) / _width(then, J0)
    assert promised > 3
    assert measured == pytest.approx(promised, rel=TOLERATED)


def test_a_titration():
    """The scatter of estimates from GITT data, with what is known as a prior."""
    cell = _cell()
    given = {name: (cell[name] / 1.2, cell[name] * 1.2) for name in (CONTACT, D)}
    known = Knowledge.of(cell, given)
    (sequence,) = _offer(cell, "GITT").data
    model = Objective(
        {cell.name: cell}, known.free, [sequence], "particle", numerics=ACCURATE
    )
    model.fix_meshes(known.z)
    estimates = _estimates(known, model)
    for name in given:
        (place,) = known.places([name])
        promised = _promised(cell.with_quantities(_stated(cell, given)), name, "GITT")
        scatter = np.std(estimates[:, place] - known.z[place])
        measured = np.sqrt(known.covariance[place, place]) / scatter
        assert promised > 1.5
        assert measured == pytest.approx(promised, rel=TOLERATED)


def _stated(cell, given):
    """The quantities with their intervals."""
    return [replace(cell.quantities[n], interval=ends) for n, ends in given.items()]


def _estimates(known, model):
    """The most probable constants for DRAWS of noise and of what was known before."""
    rng = np.random.default_rng(0)
    (true,) = model.many([known.z])
    step = 1e-3 * np.eye(len(known))
    above, below = (np.array(model.many(list(known.z + s * step))) for s in (1, -1))
    J = (above - below).T / 2e-3
    prior = np.linalg.inv(known.covariance)
    H = J.T @ J + prior
    means = rng.multivariate_normal(known.z, known.covariance, DRAWS)
    data = true + rng.standard_normal((DRAWS, len(true)))
    z = means.copy()
    for _ in range(ITERATIONS):
        misfit = np.array(model.many(list(z))) - data
        z -= np.linalg.solve(H, (misfit @ J + (z - means) @ prior).T).T
    return z
