"""The equivalent circuit of the paper: a resistance in series with arcs."""

import numpy as np

from nfpcell.physics.value import Value


def arcs_impedance(omega: Value, R_0: Value, R: Value, tau: Value, n: Value) -> Value:
    r"""Impedance of a resistance in series with arcs.

    An arc is a resistance parallel to a constant-phase element.

    .. math:: Z = R_0 + \sum_k \frac{R_k}{1 + (\mathrm i\omega\tau_k)^{n_k}},\qquad
              Q_k = \frac{\tau_k^{n_k}}{R_k}

    :Returns: Z, complex, shape (frequencies,) [Ohm]
    :Limits: R_0 at high frequency, R_0 + sum(R) at low; at omega tau = 1 and n = 1 an
        arc has the phase of 45 degrees.
    :Source: Cole and Cole, J. Chem. Phys. 9, 341 (1941); Brug et al., J. Electroanal.
        Chem. 176, 275 (1984) for the constant-phase element.

    Parameters
    ----------
    omega : angular frequency, shape (frequencies,) [s-1]
    R_0 : series resistance [Ohm]
    R : resistance of each arc, shape (arcs,) [Ohm]
    tau : time constant of each arc, shape (arcs,) [s]
    n : exponent of each constant-phase element, 1 for a capacitor, shape (arcs,) [-]
    """
    R, tau, n = (np.asarray(part)[:, None] for part in (R, tau, n))
    return R_0 + np.sum(R / (1 + (1j * omega * tau) ** n), axis=0)
