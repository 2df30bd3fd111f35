"""Energy and power of a cell per mass of separator and cathode."""

from nfpcell.physics.value import Value


def stack_areal_mass(
    separator_thickness: Value, separator_density: Value, loading: Value, w_nfp: Value
) -> Value:
    r"""Mass of separator and cathode per area of cell.

    .. math:: m'' = L_\mathrm{sep}\,\rho_\mathrm{sep} + \frac{m''_\mathrm{NFP}}
              {w_\mathrm{NFP}}

    :Returns: m'', without sodium, current collectors and housing [kg.m-2]
    :Limits: Mass of the cathode for a thin separator; proportional to the thickness of
        a thick separator.
    :Source: Balance of masses.

    Parameters
    ----------
    separator_thickness : L_sep, thickness of the separator [m]
    separator_density : rho_sep, density of the separator, without pores [kg.m-3]
    loading : m''_NFP, NFP per area [kg.m-2]
    w_nfp : mass fraction of NFP in the cathode [-]
    """
    return separator_thickness * separator_density + loading / w_nfp


def mean_power(energy: Value, duration: Value) -> Value:
    r"""Power of a discharge at constant current, averaged over its time.

    .. math:: \bar P = E / t

    :Returns: P [W.kg-1], or watts if the energy is in watt-hours
    :Limits: Mean voltage times current at any rate.
    :Source: Ragone, SAE Technical Paper 680453 (1968): energy over power.

    Parameters
    ----------
    energy : E, delivered [W.h.kg-1], or any energy in watt-hours
    duration : t, of the discharge [h]
    """
    return energy / duration
