"""Volume fractions, thickness, radius and conductivities from the weighed powders."""

import numpy as np

from nfpcell.physics.value import Value, Values

# share of a surface below which carbon conducts nothing; avoids a division by zero
LEAST_COVERAGE = 1e-9


def solid_volume_fractions(
    mass_fractions: Values, densities: Values
) -> tuple[Value, ...]:
    r"""Volume fractions of the solids from their mass fractions.

    .. math:: \phi_k = \frac{w_k/\rho_k}{\sum_l w_l/\rho_l}

    :Returns: phi, fractions of the volume of solids, summing to 1 [-]
    :Limits: Equal to the mass fractions when all densities are equal.
    :Source: Definition.

    Parameters
    ----------
    mass_fractions : w_k [-]
    densities : rho_k [kg.m-3]

    Examples
    --------
    >>> [round(f, 3) for f in solid_volume_fractions((0.834, 0.124, 0.042),
    ...                                              (3221.0, 3270.0, 1900.0))]
    [0.812, 0.119, 0.069]
    """
    volumes = [w / rho for w, rho in zip(mass_fractions, densities, strict=True)]
    total = sum(volumes[1:], volumes[0])
    return tuple(volume / total for volume in volumes)


def electrode_thickness(
    mass_loading: Value, density: Value, volume_fraction: Value
) -> Value:
    r"""Thickness of the composite from the loading of one of its solids.

    .. math:: L = \frac{m}{\rho\,\varepsilon}

    :Returns: L, thickness [m]
    :Limits: m/rho for a dense layer of that solid alone.
    :Source: Definition.

    Parameters
    ----------
    mass_loading : m, of that solid per electrode area [kg.m-2]
    density : rho, of that solid [kg.m-3]
    volume_fraction : epsilon, of that solid in the whole composite, void included [-]
    """
    return mass_loading / (density * volume_fraction)


def sphere_radius_from_surface(specific_surface: Value, density: Value) -> Value:
    r"""Radius of equal spheres from their specific surface (BET).

    .. math:: R = \frac{3}{\rho\,S}

    :Returns: R, radius [m]
    :Limits: Inverse in S and in rho.
    :Source: Geometry of the sphere; Brunauer, Emmett and Teller, J. Am. Chem. Soc. 60,
        309 (1938) for S.

    Parameters
    ----------
    specific_surface : S [m2.kg-1]
    density : rho [kg.m-3]
    """
    return 3 / (density * specific_surface)


def surface_from_diameter(diameter: Value, density: Value, ratio: Value) -> Value:
    r"""Specific surface (BET) of a powder from its diameter.

    .. math:: S = \frac{6\,k}{\rho\,d}

    :Returns: S [m2.kg-1]
    :Limits: Smooth equal spheres for k = 1; inverse in d.
    :Source: ``sphere_radius_from_surface``, which is its own inverse, for the radius
        d/2k. Yamauchi et al., Sci. Rep. 10, 9453 (2020), state 0.2 um and 27 m2/g for
        the same powder: k = 2.9.

    Parameters
    ----------
    diameter : d, median D50 of the powder by a particle sizer [m]
    density : rho [kg.m-3]
    ratio : k, of d to the diameter of equal spheres with the same surface [-]

    Examples
    --------
    >>> round(surface_from_diameter(0.2e-6, 3221.0, 2.9))
    27010
    """
    return sphere_radius_from_surface(diameter / (2 * ratio), density)


def interfacial_area(volume_fraction: Value, radius: Value) -> Value:
    r"""Surface of spherical particles per volume of composite.

    .. math:: a = \frac{3\,\varepsilon}{R}

    :Returns: a, area per volume [m-1]
    :Limits: Inverse in R, linear in epsilon.
    :Source: Geometry of the sphere.

    Parameters
    ----------
    volume_fraction : epsilon, of the particles in the composite [-]
    radius : R [m]
    """
    return 3 * volume_fraction / radius


def effective_conductivity(
    conductivity: Value, volume_fraction: Value, exponent: Value
) -> Value:
    r"""Effective conductivity of a phase in a composite.

    .. math:: \kappa_\mathrm{eff} = \kappa\,\varepsilon^{\alpha}

    :Returns: kappa_eff [S.m-1]
    :Limits: kappa for epsilon = 1.
    :Source: Bruggeman, Ann. Phys. 416, 636 (1935).

    Parameters
    ----------
    conductivity : kappa, of the dense phase [S.m-1]
    volume_fraction : epsilon, of the phase in the composite [-]
    exponent : alpha, 1.5 for spheres in a matrix, up to 3 for a poorly connected
        network [-]
    """
    return conductivity * volume_fraction**exponent


def porosity_of_stack(
    thicknesses: Values, porosities: Values, exponent: Value
) -> Value:
    r"""Porosity of a uniform separator with the resistance of a stack of layers.

    .. math:: \varepsilon = \left[\frac{\sum_k L_k}
              {\sum_k L_k\,\varepsilon_k^{-\alpha}}\right]^{1/\alpha}

    :Returns: epsilon, for the thickness sum(L_k) [-]
    :Limits: The porosity of the layers if it is equal in all.
    :Source: Resistances in series, each by ``effective_conductivity``.

    Parameters
    ----------
    thicknesses : L_k [m]
    porosities : epsilon_k [-]
    exponent : alpha, of ``effective_conductivity`` [-]

    Examples
    --------
    >>> round(porosity_of_stack((2e-4, 2.5e-5), (0.9, 0.41), 1.5), 3)
    0.775
    """
    resistance = sum(
        L / effective_conductivity(1, epsilon, exponent)
        for L, epsilon in zip(thicknesses, porosities, strict=True)
    )
    return (sum(thicknesses) / resistance) ** (1 / exponent)


def percolating_conductivity(
    conductivity: Value,
    volume_fraction: Value,
    threshold: Value,
    exponent: Value,
    matrix_conductivity: Value,
    rounding: Value,
) -> Value:
    r"""Electronic conductivity of a composite from its carbon fraction.

    .. math:: \sigma_\mathrm{eff} = \sigma_m + \sigma_c\,
              \left[\frac{x + \sqrt{x^2 + b^2}}{2}\right]^{t},\qquad
              x = \phi - \phi_c

    The square root rounds the threshold over a width b, as in a sample of finite size.
    So the law is differentiable, and a fit can cross the threshold.

    :Returns: sigma_eff [S.m-1]
    :Limits: sigma_m + sigma_c (phi - phi_c)^t far above, sigma_m far below the
        threshold; rises everywhere with phi.
    :Source: Kirkpatrick, Rev. Mod. Phys. 45, 574 (1973); t = 2.0 in three dimensions:
        Stauffer and Aharony, Introduction to Percolation Theory, table 2.

    Parameters
    ----------
    conductivity : sigma_c, prefactor of the carbon network [S.m-1]
    volume_fraction : phi, of carbon in the volume of the solids [-]
    threshold : phi_c [-]
    exponent : t, near 2 in three dimensions [-]
    matrix_conductivity : sigma_m, of the composite without carbon [S.m-1]
    rounding : b [-]

    Examples
    --------
    >>> round(float(percolating_conductivity(200.0, 0.15, 0.05, 2.0, 0.0, 0.0)), 3)
    2.0
    """
    x = volume_fraction - threshold
    connected = (x + np.sqrt(x**2 + rounding**2)) / 2
    return matrix_conductivity + conductivity * connected**exponent


def surface_coverage(
    carbon: Value, carbon_surface: Value, powder: Value, powder_surface: Value
) -> Value:
    r"""Share of the surface of a powder that carbon spheres cover.

    .. math:: c = \frac{w_c\,S_c}{4\,w\,S}

    A sphere casts a shadow of a quarter of its surface. The share may exceed 1, for
    several layers of carbon on a coarse powder.

    :Returns: c, covered share in a single layer [-]
    :Limits: 0 without carbon; inverse in the surface of the powder, so that a finer
        powder needs more carbon.
    :Source: Geometry of the sphere. That finer powders need more carbon, because they
        have more surface: Yamauchi et al., Sci. Rep. 10, 9453 (2020).

    Parameters
    ----------
    carbon : w_c, mass fraction of carbon [-]
    carbon_surface : S_c, its specific surface (BET) [m2.kg-1]
    powder : w, mass fraction of the powder [-]
    powder_surface : S, its specific surface (BET) [m2.kg-1]

    Examples
    --------
    >>> round(surface_coverage(0.042, 62e3, 0.834, 27e3), 4)
    0.0289
    """
    return carbon * carbon_surface / (4 * powder * powder_surface)


def wired_share(coverage: Value, threshold: Value, spread: Value) -> Value:
    r"""Share of the surface of a powder that carbon supplies with electrons.

    .. math:: f = \frac{1}{1 + (c_p/c)^{n}},\qquad n = \frac{\pi}{\sqrt 3\,s}

    Carbon connects a place of the surface if the coverage around it exceeds c_p. No
    mixture is uniform: the logarithm of the local coverage has a logistic distribution
    with the standard deviation s. So a composite has no threshold as a whole.

    :Returns: f, wired share of the surface [-]
    :Limits: 0 without carbon, 1/2 at c_p, 1 for much carbon; a step at c_p for s to 0;
        rises everywhere with c, with a logarithmic slope of at most n.
    :Source: Percolation of a heterogeneous mixture; form chosen here. Finer powders
        have more surface and need more carbon, and without enough of it the resistance
        rises late in discharge: Yamauchi et al., Sci. Rep. 10, 9453 (2020).

    Parameters
    ----------
    coverage : c, of ``surface_coverage``; mean [-]
    threshold : c_p, local coverage from which on carbon connects [-]
    spread : s, standard deviation of the logarithm of the local coverage [-]

    Examples
    --------
    >>> round(float(wired_share(0.04, 0.02, 0.25)), 4)
    0.9935
    """
    ratio = np.maximum(coverage, LEAST_COVERAGE) / threshold
    return 1 / (1 + ratio ** (-np.pi / (np.sqrt(3) * spread)))


def network_conductivity(
    conductivity: Value, volume_fraction: Value, wired: Value
) -> Value:
    r"""Electronic conductivity of a composite whose carbon is connected in part.

    .. math:: \sigma_\mathrm{eff} = \sigma_c\,\phi\,f

    :Returns: sigma_eff [S.m-1]
    :Limits: Parallel paths of carbon, the most a composite can have, for f = 1.
    :Source: Upper bound of Wiener, Abh. Math.-Phys. Kl. Koenigl. Saechs. Ges. 32, 509
        (1912), for the connected share.

    Parameters
    ----------
    conductivity : sigma_c, of compacted carbon [S.m-1]
    volume_fraction : phi, of carbon in the volume of the solids [-]
    wired : f, of ``wired_share`` [-]
    """
    return conductivity * volume_fraction * wired


def heat_capacity(area: Value, *layers: tuple[Value, Value]) -> Value:
    r"""Heat capacity of layers with the same area.

    .. math:: C = A \sum_k m''_k\,c_k

    :Returns: C [J.K-1]
    :Source: Sum of heats: Bernardi, Pawlikowski, Newman, J. Electrochem. Soc. 132, 5
        (1985).

    Parameters
    ----------
    area : A [m2]
    *layers : pairs of a mass per area m'' [kg.m-2] and a specific heat capacity c
        [J.kg-1.K-1]
    """
    return area * sum(mass * specific for mass, specific in layers)
