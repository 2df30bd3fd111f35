"""Effect of the preparation (firing, powders, roughness) on the interfaces."""

import numpy as np

from nfpcell.physics.temperature import arrhenius
from nfpcell.physics.value import Value


def interphase_resistance(
    T_fire: Value,
    t_fire: Value,
    resistance_ref: Value,
    T_ref: Value,
    t_ref: Value,
    activation_energy: Value,
) -> Value:
    r"""Area-specific resistance of the interphase in beta''-alumina.

    It forms when the cathode is fired on the electrolyte, by diffusion of sodium and
    phosphorus into it.

    .. math:: r = r_\mathrm{ref}\,\sqrt{\frac{t}{t_\mathrm{ref}}}\;
              \exp\left[\frac{E_a}{R}
              \left(\frac{1}{T_\mathrm{ref}} - \frac{1}{T}\right)\right]

    :Returns: r [Ohm.m2], at the temperature at which resistance_ref is stated
    :Limits: r_ref for the reference firing; grows as the square root of time.
    :Source: Wagner, Z. Phys. Chem. B 21, 25 (1933), parabolic growth. Yamauchi et al.,
        Sci. Rep. 10, 9453 (2020), Fig. S6 as described in the text: Na and P diffuse
        into the electrolyte at 550 C for 60 min; at 525 C for 30 min this is
        suppressed.

    Parameters
    ----------
    T_fire : firing temperature T [K]
    t_fire : firing time t [s]
    resistance_ref : r_ref, after the reference firing [Ohm.m2]
    T_ref : temperature of the reference firing [K]
    t_ref : time of the reference firing [s]
    activation_energy : E_a, of the thickness of the layer, which is half that of the
        parabolic rate constant [J.mol-1]
    """
    return (
        resistance_ref
        * np.sqrt(t_fire / t_ref)
        * arrhenius(T_fire, T_ref, activation_energy)
    )


def contacted_fraction(
    specific_surface: Value, specific_surface_ref: Value, exponent: Value
) -> Value:
    r"""Fraction of the NFP and of the separator that firing bonds to the ion conductor.

    .. math:: f = \min\left[1, \left(\frac{S}{S_\mathrm{ref}}\right)^{n}\right]

    A fine glass powder softens at a lower temperature and flows. A coarse powder bonds
    in fewer places and peels off when it shrinks. No current flows where the cathode
    has peeled off, so the separator and the anode lose the same fraction of their area.

    :Returns: f, fraction of an area that carries current [-]
    :Limits: 1 for S >= S_ref; 1 for n = 0; rises with S below.
    :Source: Form chosen here, determined by the fine powder (f = 1) and Cell A.
        Softening at a 39 K lower temperature after pulverising, and peeling by
        shrinkage: Yamauchi et al., Sci. Rep. 10, 9453 (2020).

    Parameters
    ----------
    specific_surface : S, of the glass powder [m2.kg-1]
    specific_surface_ref : S_ref, of a powder that bonds everywhere [m2.kg-1]
    exponent : n [-]
    """
    return np.minimum((specific_surface / specific_surface_ref) ** exponent, 1.0)


def sintered_fraction(
    carbon_fraction: Value, carbon_limit: Value, exponent: Value
) -> Value:
    r"""Fraction of the interfaces of NFP that bonds in spite of carbon between them.

    .. math:: f = \frac{1}{1 + (\phi/\phi_s)^{m}}

    Carbon does not soften, and keeps the grains of glass from each other, from the
    ion conductor and from the separator.

    :Returns: f, fraction of an interface that exchanges charge [-]
    :Limits: 1 without carbon, 1/2 at phi_s, 0 for much carbon; falls everywhere.
    :Source: Form chosen here. A cathode with 5 wt% of carbon did not sinter, one with
        4.2 wt% did: Yamauchi et al., Sci. Rep. 10, 9453 (2020).

    Parameters
    ----------
    carbon_fraction : phi, of carbon in the volume of the solids [-]
    carbon_limit : phi_s, at which half of the area bonds [-]
    exponent : m, how sharp the limit is [-]

    Examples
    --------
    >>> round(sintered_fraction(0.07, 0.08, 20), 3)
    0.935
    """
    return 1 / (1 + (carbon_fraction / carbon_limit) ** exponent)


def roughness_factor(
    pore_fraction: Value, pore_diameter: Value, accessible_depth: Value
) -> Value:
    r"""Ratio of true to projected area of a separator face with spherical pores.

    .. math:: f = 1 + \frac{6\,\phi\,h}{d}

    :Returns: f, area factor [-]
    :Limits: 1 for a smooth face; the wall area of spheres, 6/d per volume of pore.
    :Source: Geometry of the sphere. Pore former: 20 um acrylic spheres, 75 vol%,
        Yamauchi et al., Sci. Rep. 10, 9453 (2020), Methods.

    Parameters
    ----------
    pore_fraction : phi, volume fraction of pore former in the porous layer; 0 for a
        smooth face [-]
    pore_diameter : d, of the pore former [m]
    accessible_depth : h, depth to which the electrode fills the pores [m]
    """
    return 1 + 6 * pore_fraction * accessible_depth / pore_diameter
