"""Hysteresis of the open-circuit potential: a state between its two branches."""

from nfpcell.physics.value import Value


def hysteresis_rate(
    state: Value, current: Value, capacity: Value, decay: Value
) -> Value:
    r"""Rate of change of the hysteresis state.

    .. math:: \frac{\mathrm dh}{\mathrm dt} = \frac{k}{Q}\,\left(I - |I|\,h\right)

    :Returns: dh/dt [s-1]
    :Limits: 0 at rest and on a branch, where h = ±1. At constant current
        h = ±1 - (±1 - h_0) exp(-k q/Q), with q the charge passed in either direction.
    :Source: Axen et al., J. Energy Storage 48, 103985 (2022); Wycisk et al., J. Energy
        Storage 52, 105016 (2022), without its dependence on the differential capacity.
        Here 1 is the branch of discharge, because discharge current is positive.

    Parameters
    ----------
    state : h, 1 on the branch of discharge, -1 on that of charge [-]
    current : I, positive on discharge [A]
    capacity : Q, to which k refers [C]
    decay : k, number of relaxations by 1/e over one capacity [-]

    Examples
    --------
    >>> hysteresis_rate(0.3, 0.0, 3600.0, 10.0), hysteresis_rate(1.0, 2.0, 3600.0, 10.0)
    (0.0, 0.0)
    >>> hysteresis_rate(-1.0, 1.0, 3600.0, 18.0)  # after a reversal: twice k I/Q
    0.01
    """
    return decay / capacity * (current - abs(current) * state)


def hysteresis_overpotential(state: Value, gap: Value) -> Value:
    r"""Overpotential of the hysteresis.

    .. math:: \eta_h = h\,\frac{H}{2}

    :Returns: eta_h, positive lowers the voltage [V]
    :Limits: 0 without a gap, and midway between the branches; their distance is H.
    :Source: As ``hysteresis_rate``; the gap is the same at all stoichiometries.

    Parameters
    ----------
    state : h, 1 on the branch of discharge, -1 on that of charge [-]
    gap : H, potential of the charge branch minus that of the discharge branch [V]
    """
    return state * gap / 2
