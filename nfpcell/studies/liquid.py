"""Half-cells with a liquid electrolyte: NFP against sodium, with PyBaMM's DFN.

Open circuit, diffusion and kinetics of NFP have the laws and constants of the solid
cells. The other values of a liquid cell are in parameter_sets/liquid/.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pybamm
from pybamm.parameters.lithium_ion_parameters import U_asymptotes

from nfpcell import columns
from nfpcell.cell import catalogue, validation
from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import CHARGED_POTENTIAL
from nfpcell.cell.parameters import LOWER_CUTOFF, NAMES, UPPER_CUTOFF
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.eis.impedance import FREQUENCIES
from nfpcell.errors import SolveError
from nfpcell.model import integrator, ocp_inverse
from nfpcell.outcome import Ending, Outcome, failure
from nfpcell.parallel import threads
from nfpcell.physics import composition, diffusion, kinetics, open_circuit
from nfpcell.physics.temperature import arrhenius
from nfpcell.simulation.solver_reasons import reason_of
from nfpcell.studies.liquid_cell import REFERENCE, LiquidCell, powder

NAME = catalogue.LIQUID
OPTIONS = {"working electrode": "positive", "surface form": "differential"}
# share of the potential in the sodium fraction, so that its inverse exists beyond 0, 1
REGULARISATION = 1e-6
# mesh points; PyBaMM needs x_n, although sodium metal has no mesh
POINTS = {"x_n": 5, "x_s": 20, "x_p": 20, "r_p": 60}
INITIAL_CONCENTRATION = "Initial concentration in positive electrode [mol.m-3]"
MAXIMUM_CONCENTRATION = "Maximum concentration in positive electrode [mol.m-3]"
CURRENT, NOMINAL = "Current function [A]", "Nominal cell capacity [A.h]"
# domains whose lengths may be inputs of a run
SYMBOLIC_LENGTHS = (
    "negative electrode",
    "separator",
    "positive electrode",
    "positive particle",
)
# longest duration of a discharge, over one hour at 1C
LONGEST = 4000.0

# constants that PyBaMM's functions below take, apart from those of PyBaMM's names
_FALL = ("T_ref", "D_ratio", "theta_fall", "fall_width", "D_energy")
_INSERTION = ("j0", "j0_floor", "j0_energy")
_CONSTANTS = tuple(NAMES[key] for key in (*_FALL, *_INSERTION))
_SCALED = "Positive particle diffusivity in sphere [m2.s-1]"
_GALLERIES = tuple(
    f"Positive electrode gallery {k} {what}"
    for what in ("fraction", "potential [V]", "width")
    for k in (1, 2, 3, 4)
)


def numbers(
    material: Cell, values: Mapping[str, float], temperature: float
) -> dict[str, float]:
    """Every number of the model for a material, a liquid cell and a temperature [degC].

    ``values`` are those of the liquid cell by name. Sodium diffuses over the diffusion
    length l of the material, and reacts at the surface of grains of radius R. PyBaMM
    has one radius for both, so the diffusivity is multiplied by (R/l)^2, which gives
    the same equations.
    """
    material = powder(material, values)
    T = temperature + ZERO_CELSIUS
    nfp = {key: material[name] for key, name in NAMES.items()}
    d = material.derived(T)

    def activated(name: str, T_ref: float) -> float:
        return float(arrhenius(T, T_ref, values[f"{name} activation energy [J.mol-1]"]))

    loading = (
        values["Positive electrode areal capacity [A.h.m-2]"] / nfp["slow_capacity"]
    )
    area = values["Electrode height [m]"] * values["Electrode width [m]"]
    thicknesses, porosities = (
        [values[f"{layer} {what}"] for layer in ("Glass filter", "Membrane")]
        for what in ("thickness [m]", "porosity")
    )
    theta_charged = open_circuit.regularised_occupancy(
        CHARGED_POTENTIAL, nfp["T_ref"], *d.galleries, REGULARISATION
    )
    radius = values["Positive particle radius [m]"]
    length = (
        nfp["diffusion_length"]
        * values["Positive particle diffusion length over that of the material"]
    )
    warmer = activated("Electrolyte", values["Electrolyte reference temperature [K]"])
    nominal = nfp["nominal_specific_current"] * loading * area
    galleries = (value for constants in d.galleries for value in constants)
    return {
        **{
            name: value for name, value in values.items() if name not in material.values
        },
        **{name: material[name] for name in _CONSTANTS},
        **dict(zip(_GALLERIES, galleries, strict=True)),
        "Electrode height [m]": values["Electrode height [m]"],
        "Electrode width [m]": values["Electrode width [m]"],
        LOWER_CUTOFF: values[LOWER_CUTOFF],
        UPPER_CUTOFF: values[UPPER_CUTOFF],
        "Separator thickness [m]": sum(thicknesses),
        "Separator porosity": composition.porosity_of_stack(
            thicknesses,
            porosities,
            values["Separator Bruggeman coefficient (electrolyte)"],
        ),
        "Positive electrode thickness [m]": composition.electrode_thickness(
            loading,
            nfp["nfp_density"],
            values["Positive electrode active material volume fraction"],
        ),
        "Positive electrode Bruggeman coefficient (electrolyte)": values[
            "Positive electrode Bruggeman coefficient (electrolyte)"
        ],
        "Electrolyte conductivity [S.m-1]": warmer
        * values["Electrolyte conductivity [S.m-1]"],
        "Electrolyte diffusivity [m2.s-1]": warmer
        * values["Electrolyte diffusivity [m2.s-1]"],
        MAXIMUM_CONCENTRATION: d.c_max,
        INITIAL_CONCENTRATION: float(theta_charged * d.c_max),
        _SCALED: nfp["D_poor"] * (radius / length) ** 2,
        "Positive electrode OCP entropic change [V.K-1]": nfp["dUdT"],
        "Positive electrode double-layer capacity [F.m-2]": nfp["c_dl"],
        # sodium metal, where PyBaMM says lithium
        "Exchange-current density for lithium metal electrode [A.m-2]": values[
            NAMES["i0_na"]
        ]
        * activated(NAMES["i0_na"].removesuffix(" [A.m-2]"), nfp["T_ref"]),
        "Reference temperature [K]": nfp["T_ref"],
        "Ambient temperature [K]": T,
        "Initial temperature [K]": T,
        NOMINAL: nominal,
        CURRENT: nominal,
    }


def _pybamm_values(n: Mapping[str, Any]) -> Any:
    """``pybamm.ParameterValues`` of ``numbers``, each a number or an input of a run."""
    T_ref, D_ratio, theta_fall, fall_width, D_energy, *insertion_constants = (
        n[name] for name in _CONSTANTS
    )
    j0_ref, j0_floor, j0_energy = insertion_constants
    galleries = [n[name] for name in _GALLERIES]

    def potential(sto: Any) -> Any:
        # PyBaMM adds asymptotes, which amount to a volt in the charged state
        regularised = ocp_inverse.EquilibriumPotential(
            sto, REGULARISATION, T_ref, *galleries
        )
        return regularised - U_asymptotes(sto)

    def diffusivity(sto: Any, T: Any) -> Any:
        D_poor = n[_SCALED] * arrhenius(T, T_ref, D_energy)
        return diffusion.diffusivity_falling(
            sto, D_poor, D_ratio, theta_fall, fall_width
        )

    def insertion(c_e: Any, c_surface: Any, c_max: Any, T: Any) -> Any:
        j0 = j0_ref * arrhenius(T, T_ref, j0_energy)
        sto = c_surface / c_max
        law = kinetics.insertion_exchange_current(sto, 1 - sto, j0, j0_floor)
        return law * np.sqrt(c_e / n["Initial concentration in electrolyte [mol.m-3]"])

    return pybamm.ParameterValues(
        {
            **n,
            "Positive electrode OCP [V]": potential,
            "Positive particle diffusivity [m2.s-1]": diffusivity,
            "Positive electrode exchange-current density [A.m-2]": insertion,
            "Number of electrodes connected in parallel to make a cell": 1,
            "Number of cells connected in series to make a battery": 1,
        }
    )


def parameter_values(
    material: Cell | str = "C", temperature: float = 30, cell: str = REFERENCE
) -> Any:
    """The ``pybamm.ParameterValues`` of a liquid half-cell, in equilibrium at 3.4 V.

    The constants of NFP are those of the cell ``material``; the temperature is in degC.
    """
    temperature = validation.number(temperature, "temperature", validation.TEMPERATURES)
    values = LiquidCell.load(cell).values
    return _pybamm_values(numbers(Cell.load(material), values, temperature))


def model() -> Any:
    """PyBaMM's half-cell DFN."""
    return pybamm.lithium_ion.DFN(OPTIONS)


# ---------------------------------------------------------------------- half-cycles
@dataclass(frozen=True)
class LiquidDischarge:
    """A discharge at constant current, with the numbers of its cell."""

    numbers: Mapping[str, float]
    rate: float
    specific_current: float  # at 1C [A.kg-1]

    @property
    def inputs(self) -> dict[str, float]:
        """Inputs of the discretised model."""
        current = self.rate * self.numbers[NOMINAL]
        return {**self.numbers, CURRENT: current}

    @property
    def mass(self) -> float:
        """Mass of NFP [kg]."""
        return self.numbers[NOMINAL] / self.specific_current


def case(
    material: Cell, values: Mapping[str, float], rate: float, temperature: float
) -> LiquidDischarge:
    """The discharge of a liquid cell with these values, at a C-rate and in degC."""
    specific_current = material[NAMES["nominal_specific_current"]]
    return LiquidDischarge(
        numbers(material, values, temperature), rate, specific_current
    )


@functools.lru_cache(maxsize=2)
def _simulation(points: tuple[tuple[str, int], ...], rtol: float, atol: float) -> Any:
    """The model, discretised once with every number as an input of a run."""
    names = numbers(Cell.load("C"), LiquidCell.load().values, 30)
    inputs = {name: pybamm.InputParameter(name) for name in names}
    half_cell = model()
    meshes = dict.fromkeys(SYMBOLIC_LENGTHS, pybamm.SymbolicUniform1DSubMesh)
    return pybamm.Simulation(
        half_cell,
        parameter_values=_pybamm_values(inputs),
        var_pts=dict(points),
        submesh_types={**half_cell.default_submesh_types, **meshes},
        solver=integrator.solver(rtol, atol, threads=threads(), on_failure="ignore"),
    )


def run(
    cases: Sequence[LiquidDischarge],
    points: Mapping[str, int] = POINTS,
    rtol: float = 3e-6,
    atol: float = 1e-6,
) -> list[tuple[Outcome, pd.DataFrame]]:
    """Run discharges in one batch on all cores: how each ended, and its curve.

    A curve has time, current, voltage and specific capacity; none without a result.
    """
    simulation = _simulation(tuple(points.items()), rtol, atol)
    longest = LONGEST / min(case.rate for case in cases)
    inputs = [case.inputs for case in cases]
    try:
        solutions = simulation.solve([0, longest], inputs=inputs)
    except pybamm.SolverError as error:
        if len(cases) > 1:  # some errors end the whole batch
            alone = (run([case], points, rtol, atol) for case in cases)
            return [result for results in alone for result in results]
        return [(failure(reason_of(error)), pd.DataFrame())]
    if len(cases) == 1:
        solutions = [solutions] if not isinstance(solutions, list) else solutions
    return [_result(*pair) for pair in zip(cases, solutions, strict=True)]


def _result(case: LiquidDischarge, solution: Any) -> tuple[Outcome, pd.DataFrame]:
    try:
        outcome = Outcome(Ending(solution.termination.removeprefix("event: ")))
    except ValueError:
        return failure("PyBaMM found no solution"), pd.DataFrame()
    curve = {
        columns.TIME: solution.t,
        columns.CURRENT: case.inputs[CURRENT],
        columns.VOLTAGE: solution["Voltage [V]"].entries,
        columns.CAPACITY: solution["Discharge capacity [A.h]"].entries / case.mass,
    }
    return outcome, pd.DataFrame(curve)


def summary(outcome: Outcome, curve: pd.DataFrame) -> dict[str, Any]:
    """The results of a discharge as columns of a table; nan without a result."""
    results = dict.fromkeys((columns.CAPACITY, columns.MEAN_VOLTAGE, columns.ENERGY))
    if not outcome.failed:
        capacity = float(curve[columns.CAPACITY].iloc[-1])
        energy = float(np.trapezoid(curve[columns.VOLTAGE], curve[columns.CAPACITY]))
        mean_voltage = energy / capacity if capacity else np.nan
        results = dict(zip(results, (capacity, mean_voltage, energy), strict=True))
    return {
        **{name: np.nan if value is None else value for name, value in results.items()},
        columns.TERMINATION: outcome.termination,
        columns.STATUS: outcome.status,
    }


def discharge(
    rates: float | Sequence[float] = (0.1, 1),
    temperature: float = 30,
    material: Cell | str = "C",
    points: Mapping[str, int] = POINTS,
    cell: str = REFERENCE,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Discharges at constant current, from equilibrium at 3.4 V to the cut-off.

    Returns table and curves as ``nfpcell.simulate`` does, without overpotentials.
    Raises SolveError if PyBaMM finds no solution. ``temperature`` is in degC,
    ``points`` are those of PyBaMM's mesh.
    """
    rates = validation.numbers(rates, "rate", validation.RATES)
    temperature = validation.number(temperature, "temperature", validation.TEMPERATURES)
    values, nfp = LiquidCell.load(cell).values, Cell.load(material)
    cases = [case(nfp, values, rate, temperature) for rate in rates]
    rows, curves = [], []
    for rate, (outcome, curve) in zip(rates, run(cases, points), strict=True):
        if outcome.failed:
            raise SolveError(f"{NAME} at {rate:g}C: {outcome.reason}")
        condition = _condition(rate, temperature)
        rows.append(condition | summary(outcome, curve))
        curves.append(curve.assign(**condition)[[*condition, *curve]])
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
