"""Hysteresis of the open circuit: a state between its two branches."""


def hysteresis_rate(state, current, capacity, decay):
    r"""
    Rate of the state of hysteresis.

    .. math:: \frac{\mathrm dh}{\mathrm dt} = \frac{k}{Q}\,\left(I - |I|\,h\right)

    Parameters
    ----------
    state : h, 1 on the branch of discharge, -1 on that of charge [-]
    current : I, positive on discharge [A]
    capacity : Q, over which k counts [C]
    decay : k, how often the state relaxes by 1/e in one capacity [-]

    Returns
    -------
    dh/dt [s-1]

    Limits
    ------
    None at rest, and on a branch that is followed: h(t) = ±1 stays. At constant current
    h = ±1 - (±1 - h_0) exp(-k q/Q), with q the charge passed in either direction.

    Source
    ------
    Axen et al., J. Energy Storage 48, 103985 (2022); Wycisk et al., J. Energy Storage
    52, 105016 (2022), without its dependence on the differential capacity. Here 1 is
    the branch of discharge, because discharge current is positive.

    Examples
    --------
    >>> hysteresis_rate(0.3, 0.0, 3600.0, 10.0), hysteresis_rate(1.0, 2.0, 3600.0, 10.0)
    (0.0, 0.0)
    >>> hysteresis_rate(-1.0, 1.0, 3600.0, 18.0)  # just turned round: twice k/Q
    0.01
    """
    return decay / capacity * (current - abs(current) * state)


def hysteresis_overpotential(state, gap):
    r"""
    What the hysteresis takes from the voltage.

    .. math:: \eta_h = h\,\frac{H}{2}

    Parameters
    ----------
    state : h, 1 on the branch of discharge, -1 on that of charge [-]
    gap : H, potential of the branch of charge less that of discharge [V]

    Returns
    -------
    eta_h : positive lowers the voltage [V]

    Limits
    ------
    None without a gap or midway; the branches are H apart.

    Source
    ------
    As ``hysteresis_rate``; the gap taken as the same at all stoichiometries.

    Examples
    --------
    >>> hysteresis_overpotential(1, 0.04) - hysteresis_overpotential(-1, 0.04)
    0.04
    """
    return state * gap / 2
