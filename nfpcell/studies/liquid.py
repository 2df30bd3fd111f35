"""The non-aqueous reference: NFP against sodium in a liquid, by PyBaMM's own DFN.

Open circuit, diffusion and kinetics of NFP are the laws and the constants of the solid
cells; what the liquid cell has of its own is parameter_sets/liquid/.
"""

import numpy as np
import pandas as pd
import pybamm
from pybamm.parameters.lithium_ion_parameters import U_asymptotes

from nfpcell.cell import catalogue, toml_files, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import CHARGED_POTENTIAL
from nfpcell.cell.parameters import NAMES
from nfpcell.cell.schema import CellFile
from nfpcell.columns import CAPACITY, CONDITION, SPECTRUM, SUMMARY
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.eis.impedance import FREQUENCIES
from nfpcell.errors import SolveError
from nfpcell.physics import composition, diffusion, kinetics, open_circuit
from nfpcell.physics.temperature import arrhenius

WORD = catalogue.LIQUID
PATH = catalogue.folder(catalogue.CELLS) / WORD / "yamauchi2020_liquid.toml"
OPTIONS = {"working electrode": "positive", "surface form": "differential"}
# of the table of open circuit, beyond which it goes on as a straight line [V]
TABLE = np.linspace(4.4, 1.6, 2001)
# of the mesh; PyBaMM asks for x_n though the metal has none
POINTS = {"x_n": 5, "x_s": 20, "x_p": 20, "r_p": 60}


def content():
    """The parameter file, as it stands."""
    return toml_files.check(CellFile, toml_files.read(PATH), PATH)


def own_values():
    """The numbers of the liquid cell's own file, by name."""
    return {name: entry.value for name, entry in content().quantities.items()}


def parameter_values(material="C", temperature=30):
    """
    The liquid half-cell as PyBaMM's ``lithium_ion.DFN`` of OPTIONS reads it.

    Parameters
    ----------
    material : Cell, word or path: whose NFP it is; only its material constants count
    temperature : [degC]

    Returns
    -------
    pybamm.ParameterValues, charged to equilibrium at 3.4 V
    """
    cell = Cell.load(material)
    temperature = validation.number(temperature, "temperature", validation.TEMPERATURES)
    T = temperature + ZERO_CELSIUS
    nfp = {key: cell[name] for key, name in NAMES.items()}
    d, own = cell.derived(T), own_values()

    loading = own["Positive electrode areal capacity [A.h.m-2]"] / nfp["slow_capacity"]
    area = own["Electrode height [m]"] * own["Electrode width [m]"]
    layers = [
        [own[f"{layer} {what}"] for layer in ("Glass filter", "Membrane")]
        for what in ("thickness [m]", "porosity")
    ]
    exponent = own["Separator Bruggeman coefficient (electrolyte)"]
    theta_charged, _ = open_circuit.occupancy(
        CHARGED_POTENTIAL, nfp["T_ref"], *d.galleries
    )
    theta, _ = open_circuit.occupancy(TABLE, nfp["T_ref"], *d.galleries)

    def potential(sto):
        # PyBaMM adds asymptotes, worth a volt where our charged state lies
        table = pybamm.Interpolant(theta, TABLE, sto, name="open circuit of NFP")
        return table - U_asymptotes(sto)

    def diffusivity(sto, T):
        # the file's D_poor belongs to the file's radius, and is one of the material
        D_poor = nfp["D_poor"] * arrhenius(T, nfp["T_ref"], nfp["D_energy"])
        rest = nfp["D_ratio"], nfp["theta_fall"], nfp["fall_width"]
        return diffusion.diffusivity_falling(sto, D_poor, *rest)

    def insertion(c_e, c_surface, c_max, T):
        j0 = nfp["j0"] * arrhenius(T, nfp["T_ref"], nfp["j0_energy"])
        sto = c_surface / c_max
        law = kinetics.insertion_exchange_current(sto, 1 - sto, j0, nfp["j0_floor"])
        return law * np.sqrt(
            c_e / own["Initial concentration in electrolyte [mol.m-3]"]
        )

    nominal = nfp["nominal_specific_current"] * loading * area
    eps = own["Positive electrode active material volume fraction"]
    return pybamm.ParameterValues(
        {
            **own,
            "Separator thickness [m]": sum(layers[0]),
            "Separator porosity": composition.porosity_of_stack(*layers, exponent),
            "Positive electrode thickness [m]": composition.electrode_thickness(
                loading, nfp["nfp_density"], eps
            ),
            "Maximum concentration in positive electrode [mol.m-3]": d.c_max,
            "Initial concentration in positive electrode [mol.m-3]": float(
                theta_charged * d.c_max
            ),
            "Positive electrode OCP [V]": potential,
            "Positive electrode OCP entropic change [V.K-1]": nfp["dUdT"],
            "Positive particle diffusivity [m2.s-1]": diffusivity,
            "Positive electrode exchange-current density [A.m-2]": insertion,
            "Positive electrode double-layer capacity [F.m-2]": nfp["c_dl"],
            # sodium metal, where PyBaMM says lithium
            "Exchange-current density for lithium metal electrode [A.m-2]": own[
                "Exchange-current density for sodium metal electrode [A.m-2]"
            ],
            "Reference temperature [K]": nfp["T_ref"],
            "Ambient temperature [K]": T,
            "Initial temperature [K]": T,
            "Nominal cell capacity [A.h]": nominal,
            "Current function [A]": nominal,
            "Number of electrodes connected in parallel to make a cell": 1,
            "Number of cells connected in series to make a battery": 1,
        }
    )


def model():
    """PyBaMM's half-cell DFN."""
    return pybamm.lithium_ion.DFN(OPTIONS)


def discharge(rates=(0.1, 1), temperature=30, material="C", points=POINTS):
    """
    Discharges at constant current, from equilibrium at 3.4 V to the cut-off.

    Parameters
    ----------
    rates : C-rates
    temperature, material : see ``parameter_values``
    points : of PyBaMM's mesh

    Returns
    -------
    table, curves : as of ``nfpcell.simulate``, without overpotentials

    Raises
    ------
    SolveError where PyBaMM finds no solution
    """
    rates = validation.numbers(rates, "rate", validation.RATES)
    values = parameter_values(material, temperature)
    nominal = values["Nominal cell capacity [A.h]"]
    mass = nominal / Cell.load(material)[NAMES["nominal_specific_current"]]
    rows, curves = [], []
    for rate in rates:
        condition = dict(
            zip(CONDITION, (WORD, "discharge", rate, temperature), strict=True)
        )
        values["Current function [A]"] = rate * nominal
        simulation = pybamm.Simulation(model(), parameter_values=values, var_pts=points)
        try:
            solution = simulation.solve([0, 4000 / rate])
        except pybamm.SolverError as error:
            raise SolveError(
                f"{WORD} at {rate:g}C: PyBaMM found no solution"
            ) from error
        capacity = solution["Discharge capacity [A.h]"].entries / mass
        voltage = solution["Voltage [V]"].entries
        energy = float(np.trapezoid(voltage, capacity))
        result = (capacity[-1], energy / capacity[-1], energy)
        ended = solution.termination.removeprefix("event: ")
        row = (*condition.values(), *result, ended, "ok")
        rows.append(dict(zip(SUMMARY, row, strict=True)))
        curves.append(
            pd.DataFrame(
                {
                    **condition,
                    "Time [s]": solution.t,
                    "Current [A]": rate * nominal,
                    "Voltage [V]": voltage,
                    CAPACITY: capacity,
                }
            )
        )
    return pd.DataFrame(rows), pd.concat(curves, ignore_index=True)


def impedance(
    depth_of_discharge=(0.2, 0.5, 0.8),
    temperature=30,
    material="C",
    frequencies=FREQUENCIES,
    points=POINTS,
):
    """
    Spectra at rest, by ``pybamm.EISSimulation``.

    Parameters
    ----------
    depth_of_discharge : shares of the sodium sites that are filled between the charged
        state at 3.4 V and all of them
    temperature, material, points : see ``discharge``
    frequencies : [Hz]

    Returns
    -------
    table with the columns of ``nfpcell.impedance``
    """
    depths = validation.numbers(
        depth_of_discharge, "depth of discharge", validation.DEPTHS
    )
    frequencies = validation.frequencies(list(frequencies))
    values = parameter_values(material, temperature)
    start = "Initial concentration in positive electrode [mol.m-3]"
    charged = values[start]
    c_max = values["Maximum concentration in positive electrode [mol.m-3]"]
    found = []
    for depth in depths:
        values[start] = charged + depth * (c_max - charged)
        simulation = pybamm.EISSimulation(
            model(), parameter_values=values, var_pts=points
        )
        Z = np.asarray(simulation.solve(frequencies).impedance)
        key = (WORD, "discharge", 0.0, temperature)
        rows = dict(zip(CONDITION, key, strict=True))
        rows |= {
            "Depth of discharge": depth,
            "Frequency [Hz]": frequencies,
            "Z_re [Ohm]": Z.real,
            "Z_im [Ohm]": Z.imag,
            "Status": "ok",
        }
        found.append(pd.DataFrame(rows))
    return pd.concat(found, ignore_index=True)[SPECTRUM]
