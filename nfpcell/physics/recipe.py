"""What the making of a cell does to its interfaces: heat, powders, roughness."""

import numpy as np

from nfpcell.physics.temperature import arrhenius


def interphase_resistance(
    T_fire, t_fire, resistance_ref, T_ref, t_ref, activation_energy
):
    r"""
    Area-specific resistance of the layer that sodium and phosphorus leave in
    beta''-alumina when the cathode is fired on it.

    .. math:: r = r_\mathrm{ref}\,\sqrt{\frac{t}{t_\mathrm{ref}}}\;
              \exp\left[\frac{E_a}{R}
              \left(\frac{1}{T_\mathrm{ref}} - \frac{1}{T}\right)\right]

    Parameters
    ----------
    T_fire : firing temperature T [K]
    t_fire : firing time t [s]
    resistance_ref : r_ref, of the layer that the reference firing leaves [Ohm.m2]
    T_ref : temperature of the reference firing [K]
    t_ref : time of the reference firing [s]
    activation_energy : E_a, of the layer's thickness: half of that of the parabolic
        rate constant [J.mol-1]

    Returns
    -------
    r : [Ohm.m2], at the temperature at which resistance_ref is stated

    Limits
    ------
    r_ref for the reference firing; grows as the square root of time.

    Source
    ------
    Wagner, Z. Phys. Chem. B 21, 25 (1933), parabolic growth. Yamauchi et al., Sci.
    Rep. 10, 9453 (2020), Fig. S6 as described in the text: Na and P have diffused in
    at 550 C for 60 min, and this is suppressed at 525 C for 30 min.

    Examples
    --------
    >>> round(float(interphase_resistance(823.15, 900.0, 0.3, 823.15, 3600.0, 1e6)), 3)
    0.15
    """
    return (
        resistance_ref
        * np.sqrt(t_fire / t_ref)
        * arrhenius(T_fire, T_ref, activation_energy)
    )


def contacted_fraction(specific_surface, specific_surface_ref, exponent):
    r"""
    Fraction of the NFP and of the plate that firing bonds to the ion conductor.

    .. math:: f = \min\left[1, \left(\frac{S}{S_\mathrm{ref}}\right)^{n}\right]

    Fine glass softens further below its firing temperature and flows; a coarse powder
    bonds in fewer places and peels on shrinking. Where the layer has left the plate
    the current has to go round, so the plate and the anode lose the same fraction.

    Parameters
    ----------
    specific_surface : S, of the glass powder [m2.kg-1]
    specific_surface_ref : S_ref, of the powder that bonds everywhere [m2.kg-1]
    exponent : n [-]

    Returns
    -------
    f : fraction of an area that carries current [-]

    Limits
    ------
    1 for S >= S_ref; 1 for n = 0; rises with S below.

    Source
    ------
    Form chosen here, with two anchors: the fine powder (1) and Cell A. That
    softening is earlier by 39 K on pulverising and that peeling on shrinkage occurs:
    Yamauchi et al., Sci. Rep. 10, 9453 (2020).

    Examples
    --------
    >>> float(contacted_fraction(13.5e3, 27e3, 2.0))
    0.25
    """
    return np.minimum((specific_surface / specific_surface_ref) ** exponent, 1.0)


def roughness_factor(pore_fraction, pore_diameter, accessible_depth):
    r"""
    True area of a plate face roughened by burning out spheres, over its projection.

    .. math:: f = 1 + \frac{6\,\phi\,h}{d}

    Parameters
    ----------
    pore_fraction : phi, volume share of the pore former in the porous layer; 0 for a
        smooth face [-]
    pore_diameter : d, of the pore former [m]
    accessible_depth : h, depth of the layer that the other side fills [m]

    Returns
    -------
    f : area factor [-]

    Limits
    ------
    1 for a smooth face; the wall area of spheres, 6/d per volume of pore.

    Source
    ------
    Geometry of the sphere. Pore former: 20 um acrylic spheres, 75 vol%, Yamauchi et
    al., Sci. Rep. 10, 9453 (2020), Methods.

    Examples
    --------
    >>> roughness_factor(0.75, 20e-6, 13.333333333333334e-6)
    4.0
    """
    return 1 + 6 * pore_fraction * accessible_depth / pore_diameter
