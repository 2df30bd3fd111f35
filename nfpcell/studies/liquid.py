"""The non-aqueous reference half-cell: NFP against sodium, with PyBaMM's DFN.

Open circuit, diffusion and kinetics of NFP have the laws and constants of the solid
cells. The other values of the liquid cell are in parameter_sets/liquid/.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pybamm
from pybamm.parameters.lithium_ion_parameters import U_asymptotes

from nfpcell import columns
from nfpcell.cell import catalogue, toml_files, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import CHARGED_POTENTIAL
from nfpcell.cell.parameters import NAMES
from nfpcell.cell.schema import CellFile
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.eis.impedance import FREQUENCIES
from nfpcell.errors import SolveError
from nfpcell.outcome import Ending, Outcome
from nfpcell.physics import composition, diffusion, kinetics, open_circuit
from nfpcell.physics.temperature import arrhenius

NAME = catalogue.LIQUID
PATH = catalogue.folder(catalogue.CELLS) / NAME / "yamauchi2020_liquid.toml"
OPTIONS = {"working electrode": "positive", "surface form": "differential"}
# voltages of the open-circuit table, which is extrapolated linearly [V]
TABLE = np.linspace(4.4, 1.6, 2001)
# mesh points; PyBaMM needs x_n, although sodium metal has no mesh
POINTS = {"x_n": 5, "x_s": 20, "x_p": 20, "r_p": 60}
INITIAL_CONCENTRATION = "Initial concentration in positive electrode [mol.m-3]"
MAXIMUM_CONCENTRATION = "Maximum concentration in positive electrode [mol.m-3]"


def content() -> CellFile:
    """The cell file of the liquid cell."""
    return toml_files.check(CellFile, toml_files.read(PATH), PATH)


def liquid_values() -> dict[str, float]:
    """The numbers of its cell file, by name."""
    return {name: entry.value for name, entry in content().quantities.items()}


def parameter_values(material: Cell | str = "C", temperature: float = 30) -> Any:
    """The ``pybamm.ParameterValues`` of the liquid half-cell, in equilibrium at 3.4 V.

    The constants of NFP are those of the cell ``material``; the temperature is in degC.
    """
    cell = Cell.load(material)
    temperature = validation.number(temperature, "temperature", validation.TEMPERATURES)
    T = temperature + ZERO_CELSIUS
    nfp = {key: cell[name] for key, name in NAMES.items()}
    d, liquid = cell.derived(T), liquid_values()

    loading = (
        liquid["Positive electrode areal capacity [A.h.m-2]"] / nfp["slow_capacity"]
    )
    area = liquid["Electrode height [m]"] * liquid["Electrode width [m]"]
    thicknesses, porosities = (
        [liquid[f"{layer} {what}"] for layer in ("Glass filter", "Membrane")]
        for what in ("thickness [m]", "porosity")
    )
    theta_charged, _ = open_circuit.occupancy(
        CHARGED_POTENTIAL, nfp["T_ref"], *d.galleries
    )
    theta, _ = open_circuit.occupancy(TABLE, nfp["T_ref"], *d.galleries)

    def potential(sto: Any) -> Any:
        # PyBaMM adds asymptotes, which amount to a volt in the charged state
        table = pybamm.Interpolant(theta, TABLE, sto, name="open circuit of NFP")
        return table - U_asymptotes(sto)

    def diffusivity(sto: Any, T: Any) -> Any:
        # of the material: fitted with the particle radius of the same cell file
        D_poor = nfp["D_poor"] * arrhenius(T, nfp["T_ref"], nfp["D_energy"])
        rest = nfp["D_ratio"], nfp["theta_fall"], nfp["fall_width"]
        return diffusion.diffusivity_falling(sto, D_poor, *rest)

    def insertion(c_e: Any, c_surface: Any, c_max: Any, T: Any) -> Any:
        j0 = nfp["j0"] * arrhenius(T, nfp["T_ref"], nfp["j0_energy"])
        sto = c_surface / c_max
        law = kinetics.insertion_exchange_current(sto, 1 - sto, j0, nfp["j0_floor"])
        c_e_initial = liquid["Initial concentration in electrolyte [mol.m-3]"]
        return law * np.sqrt(c_e / c_e_initial)

    nominal = nfp["nominal_specific_current"] * loading * area
    return pybamm.ParameterValues(
        {
            **liquid,
            "Separator thickness [m]": sum(thicknesses),
            "Separator porosity": composition.porosity_of_stack(
                thicknesses,
                porosities,
                liquid["Separator Bruggeman coefficient (electrolyte)"],
            ),
            "Positive electrode thickness [m]": composition.electrode_thickness(
                loading,
                nfp["nfp_density"],
                liquid["Positive electrode active material volume fraction"],
            ),
            MAXIMUM_CONCENTRATION: d.c_max,
            INITIAL_CONCENTRATION: float(theta_charged * d.c_max),
            "Positive electrode OCP [V]": potential,
            "Positive electrode OCP entropic change [V.K-1]": nfp["dUdT"],
            "Positive particle diffusivity [m2.s-1]": diffusivity,
            "Positive electrode exchange-current density [A.m-2]": insertion,
            "Positive electrode double-layer capacity [F.m-2]": nfp["c_dl"],
            # sodium metal, where PyBaMM says lithium
            "Exchange-current density for lithium metal electrode [A.m-2]": liquid[
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


def model() -> Any:
    """PyBaMM's half-cell DFN."""
    return pybamm.lithium_ion.DFN(OPTIONS)


def discharge(
    rates: float | Sequence[float] = (0.1, 1),
    temperature: float = 30,
    material: Cell | str = "C",
    points: Mapping[str, int] = POINTS,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Discharges at constant current, from equilibrium at 3.4 V to the cut-off.

    Returns table and curves as ``nfpcell.simulate`` does, without overpotentials.
    Raises SolveError if PyBaMM finds no solution. ``temperature`` is in degC,
    ``points`` are those of PyBaMM's mesh.
    """
    rates = validation.numbers(rates, "rate", validation.RATES)
    values = parameter_values(material, temperature)
    nominal = values["Nominal cell capacity [A.h]"]
    mass = nominal / Cell.load(material)[NAMES["nominal_specific_current"]]
    rows, curves = [], []
    for rate in rates:
        values["Current function [A]"] = rate * nominal
        simulation = pybamm.Simulation(model(), parameter_values=values, var_pts=points)
        try:
            solution = simulation.solve([0, 4000 / rate])
        except pybamm.SolverError as error:
            raise SolveError(
                f"{NAME} at {rate:g}C: PyBaMM found no solution"
            ) from error
        capacity = solution["Discharge capacity [A.h]"].entries / mass
        voltage = solution["Voltage [V]"].entries
        energy = float(np.trapezoid(voltage, capacity))
        outcome = Outcome(Ending(solution.termination.removeprefix("event: ")))
        condition = _condition(rate, temperature)
        row = {
            columns.CAPACITY: capacity[-1],
            columns.MEAN_VOLTAGE: energy / capacity[-1],
            columns.ENERGY: energy,
            columns.TERMINATION: outcome.termination,
            columns.STATUS: outcome.status,
        }
        rows.append(condition | row)
        curve = {
            columns.TIME: solution.t,
            columns.CURRENT: rate * nominal,
            columns.VOLTAGE: voltage,
            columns.CAPACITY: capacity,
        }
        curves.append(pd.DataFrame(condition | curve))
    return pd.DataFrame(rows), pd.concat(curves, ignore_index=True)


def impedance(
    depth_of_discharge: float | Sequence[float] = (0.2, 0.5, 0.8),
    temperature: float = 30,
    material: Cell | str = "C",
    frequencies: Sequence[float] = FREQUENCIES,
    points: Mapping[str, int] = POINTS,
) -> pd.DataFrame:
    """Spectra at rest with ``columns.SPECTRUM``, by ``pybamm.EISSimulation``.

    Depth of discharge runs from 0, in equilibrium at 3.4 V, to 1, all sodium sites
    filled. The temperature is in degC, frequencies are in Hz.
    """
    depth_range = validation.DEPTHS
    depths = validation.numbers(depth_of_discharge, "depth of discharge", depth_range)
    frequencies = validation.frequencies(list(frequencies))
    values = parameter_values(material, temperature)
    charged, full = values[INITIAL_CONCENTRATION], values[MAXIMUM_CONCENTRATION]
    spectra = []
    for depth in depths:
        values[INITIAL_CONCENTRATION] = charged + depth * (full - charged)
        simulation = pybamm.EISSimulation(
            model(), parameter_values=values, var_pts=points
        )
        Z = np.asarray(simulation.solve(frequencies).impedance)
        spectrum = {
            columns.DEPTH: depth,
            columns.FREQUENCY: frequencies,
            columns.Z_RE: Z.real,
            columns.Z_IM: Z.imag,
            columns.STATUS: Outcome(Ending.FINISHED).status,
        }
        spectra.append(pd.DataFrame(_condition(0.0, temperature) | spectrum))
    return pd.concat(spectra, ignore_index=True)


def _condition(rate: float, temperature: float) -> dict[str, Any]:
    """The columns of a table that give the condition."""
    values = (NAME, "discharge", rate, temperature)
    return dict(zip(columns.CONDITION, values, strict=True))
