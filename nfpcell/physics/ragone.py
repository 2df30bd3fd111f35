"""What a cell gives per mass of what it is built from."""


def stack_areal_mass(plate_thickness, plate_density, loading, w_nfp):
    r"""
    Mass of plate and cathode per area of cell.

    .. math:: m'' = L_\mathrm{sep}\,\rho_\mathrm{sep} + \frac{m''_\mathrm{NFP}}
              {w_\mathrm{NFP}}

    Parameters
    ----------
    plate_thickness : L_sep, thickness of the plate [m]
    plate_density : rho_sep, density of the plate, without pores [kg.m-3]
    loading : m''_NFP, NFP per area [kg.m-2]
    w_nfp : mass fraction of NFP in the cathode [-]

    Returns
    -------
    m'' [kg.m-2]; sodium, current collectors and housing are not in it

    Limits
    ------
    That of the cathode alone as the plate becomes thin; proportional to the plate's
    thickness where that is large.

    Source
    ------
    Balance of masses.

    Examples
    --------
    >>> stack_areal_mass(1e-3, 3270.0, 0.0347, 0.858) > 90 * 0.0347
    True
    >>> stack_areal_mass(0.0, 3270.0, 0.5, 0.5)
    1.0
    """
    return plate_thickness * plate_density + loading / w_nfp


def mean_power(energy, duration):
    r"""
    Power of a discharge at constant current, averaged over its time.

    .. math:: \bar P = E / t

    Parameters
    ----------
    energy : E, delivered [W.h.kg-1], or any energy in watt-hours
    duration : t, of the discharge [h]

    Returns
    -------
    P [W.kg-1], or the watts that belong to the energy

    Limits
    ------
    Mean voltage times current at any rate.

    Source
    ------
    Ragone, SAE Technical Paper 680453 (1968): energy over power.

    Examples
    --------
    >>> mean_power(energy=240.0, duration=0.5)
    480.0
    """
    return energy / duration
