"""A second implementation of the single particle, that shares no line with the model.

Method of lines on plain finite volumes with the diffusivity at the faces, SciPy's BDF,
the potential of the surface by a bracketing root finder. Only the equations are the
same; see the docstrings in nfpcell/physics for them.
"""

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

F, R = 96485.33212, 8.314462618


class OtherCode:
    """Constant-current discharge of a cell given by its numbers."""

    def __init__(self, cell, temperature, shells=400):
        self.c, self.T = cell, temperature + 273.15
        d = cell.derived(self.T)
        self.d = d
        edges = 1 - np.linspace(1, 0, shells + 1) ** 2.5
        self.edges, self.centres = edges, (edges[1:] + edges[:-1]) / 2
        self.volumes = np.diff(edges**3) / 3
        self.galleries = list(zip(d.fractions, d.potentials, d.widths, strict=True))

    def theta_of(self, U):
        kT = R * self.c["Reference temperature [K]"] / F
        total = 0.0
        for X, U_j, w in self.galleries:
            total += X / (1 + np.exp(np.clip((U - U_j) / (kT * w), -700, 700)))
        return total

    def U_of(self, theta):
        return brentq(lambda U: self.theta_of(U) - theta, -5.0, 12.0, xtol=1e-13)

    def diffusivity(self, theta):
        c = self.c
        ratio = c[
            "Positive particle diffusivity ratio of sodium-rich to sodium-poor end"
        ]
        fall = c["Positive particle stoichiometry of diffusivity fall"]
        width = c["Positive particle width of diffusivity fall"]
        x = theta - fall
        step = (1 - x / np.sqrt(width**2 + x**2)) / 2
        return self.d.inverse_time * (ratio + (1 - ratio) * step)

    def run(self, rate, start, charges):
        """Voltages at charges passed [A.h] from an even potential."""
        d = self.d
        current = rate * d.nominal_capacity
        i = current / d.area
        j = -i / (d.particle_area * d.thickness)
        influx = -j / (F * d.c_max * d.radius)

        def rate_of(t, theta):
            faces = np.zeros(len(self.edges))
            between = (theta[1:] + theta[:-1]) / 2
            slope = np.diff(theta) / np.diff(self.centres)
            faces[1:-1] = -self.diffusivity(between) * slope * self.edges[1:-1] ** 2
            faces[-1] = -influx
            return -np.diff(faces) / self.volumes

        theta_0 = np.full(len(self.centres), self.theta_of(start))
        seconds = charges * 3600 / current
        # each face couples its two shells only
        band = np.abs(np.subtract.outer(*[np.arange(len(theta_0))] * 2)) <= 1
        found = solve_ivp(
            rate_of,
            [0, seconds[-1]],
            theta_0,
            "BDF",
            seconds,
            rtol=1e-6,
            atol=1e-9,
            jac_sparsity=band,
        )
        half = 1 - self.centres[-1]
        volts = [
            self._voltage(theta, q, influx, half, i, j, current)
            for theta, q in zip(found.y.T, charges, strict=True)
        ]
        return np.array(volts)

    def _voltage(self, theta, charge, influx, half, i, j, current):
        c, d, T = self.c, self.d, self.T
        outer = theta[-1]
        surface = outer + influx * half / self.diffusivity(outer)
        for _ in range(20):
            middle = (outer + surface) / 2
            surface = outer + influx * half / self.diffusivity(middle)
        s = np.clip(surface, 1e-12, 1 - 1e-12)
        floor = c["Positive electrode exchange-current density floor"]
        j0 = d.j0 * np.sqrt(4 * s * (1 - s) + floor**2)
        plate = i / d.contacted
        # stripping wears the sodium's contact
        throughput = c["Sodium contact relaxation charge [A.h.m-2]"]
        worn = 1 - np.exp(-charge / d.area / d.contacted / throughput)
        A = c["Sodium stripping over plating resistance"]
        i0_na = d.i0_na * (1 - worn * (A - 1) / (A + 1))
        losses = (
            2 * R * T / F * np.arcsinh(plate / d.roughness_anode / (2 * i0_na))
            + plate * (d.r_bulk + d.r_gb + d.r_film / d.roughness_cathode)
            + 2
            * R
            * T
            / F
            * np.arcsinh(plate / d.roughness_cathode / (2 * d.i0_separator))
            + i * d.thickness / 3 * (1 / d.kappa_eff + 1 / d.sigma_eff)
            + current * c["Contact resistance [Ohm]"]
            - 2 * R * T / F * np.arcsinh(j / (2 * j0))
        )
        return self.U_of(s) - losses
