"""Computed less measured over its uncertainty, for many sets of values at once."""

from dataclasses import dataclass, replace

import numpy as np

from nfpcell.cell.validation import HALF_CYCLES
from nfpcell.columns import LOW_FREQUENCY
from nfpcell.constants import ZERO_CELSIUS
from nfpcell.eis import impedance, operating_points
from nfpcell.errors import NfpcellError, SolveError
from nfpcell.fitting.curve_metrics import POINTWISE
from nfpcell.fitting.observations import Curve, MeasuredSpectrum, Published
from nfpcell.simulation.numerics import engine_for
from nfpcell.simulation.starting_state import starting_voltages
from nfpcell.studies import residuals, scoring

# what stands for a deviation where nothing could be computed: of an impedance over its
# modulus, and of a number in its tolerances
LOST_IMPEDANCE, LOST_NUMBER = 1.0, 100.0
# every other depth: the lowest resistance is taken by a parabola anyway
DEPTHS = tuple(round(0.01 + 0.02 * k, 2) for k in range(50))
# quantities that need no circuit
OWN_RESISTANCES = (
    LOW_FREQUENCY,
    "Resistance rise at 3 %",
    "Resistance rise at 97 %",
    "Depth of resistance peak",
)


@dataclass
class Tally:
    """
    What a fit has cost so far.

    Attributes
    ----------
    evaluations : sets of values tried
    failures : half-cycles, spectra and numbers among them that could not be computed
    """

    evaluations: int = 0
    failures: int = 0


class Misfit:
    """
    Residuals of all observations as a function of the free coordinates.

    Attributes
    ----------
    cells : mapping of a key to the Cell that is fitted
    free : FreeSet
    observations : curves, then spectra, then published numbers
    model : "full" or "particle"
    view : how curves are compared, see ``views``
    numerics : ``points``, ``rtol``, ``atol`` of ``engine.built``; chosen for every
        curve if nothing is said
    tally : counts what is tried, shared by all misfits of one fit
    """

    def __init__(
        self,
        cells,
        free,
        observations,
        model,
        view=POINTWISE,
        *,
        tally=None,
        **numerics,
    ):
        self.view = view
        self.tally = tally or Tally()
        self.numerics = numerics
        self.cells = cells
        self.free = free
        self.model = model
        order = (Curve, MeasuredSpectrum, Published)
        self.observations = sorted(observations, key=lambda o: order.index(type(o)))
        self._meshes = {}

    def anchor(self, z):
        """
        Keep the meshes that the values at ``z`` need, whatever is tried next.

        A mesh that changed from one set of values to the next would move a voltage by
        more than a small step of a quantity does. Tells whether any is another than
        before.
        """
        before = self._meshes
        cells = self.free.cells(self.cells, z)
        self._meshes = {
            k: self._engine(cells[one.cell], one)
            for k, one in enumerate(self.observations)
            if isinstance(one, Curve)
        }
        return bool(before) and self._meshes != before

    def residuals(self, z):
        """All residuals at one set of coordinates, those of the priors last."""
        (found,) = self.many([z])
        return found

    def many(self, zs):
        """Residuals at several sets of coordinates, as a list."""
        self.tally.evaluations += len(zs)
        changed = [self._cells_at(z) for z in zs]
        computed = [[None] * len(self.observations) for _ in zs]
        self._curves(changed, computed)
        for cells, row in zip(changed, computed, strict=True):
            if cells is not None:
                self._spectra(cells, row)
                self._numbers(cells, row)
        return [
            np.concatenate(
                [
                    *(
                        self._residual(one, value)
                        for one, value in zip(self.observations, row, strict=True)
                    ),
                    self.free.pull(z),
                ]
            )
            for z, row in zip(zs, computed, strict=True)
        ]

    def computed(self, z):
        """What the model says of every observation: voltages at its charges,
        impedances at its frequencies, or a number; None where it says nothing.
        """
        row = [None] * len(self.observations)
        cells = self._cells_at(z)
        if cells is not None:
            self._curves([cells], [row])
            self._spectra(cells, row)
            self._numbers(cells, row)
        return row

    def parts(self):
        """Slice of each observation in a vector of residuals."""
        found, start = [], 0
        for one in self.observations:
            size = len(self._residual(one, None))
            found.append(slice(start, start + size))
            start += size
        return found

    def told(self, cost):
        """A cost as people read it: root mean square of the residuals [-]."""
        return float(np.sqrt(2 * cost / self.parts()[-1].stop))

    @property
    def curves(self):
        """Those of the observations that are curves."""
        return [one for one in self.observations if isinstance(one, Curve)]

    @property
    def _tolerances(self):
        """Of the numerics what is not a mesh for curves."""
        return {key: v for key, v in self.numerics.items() if key in ("rtol", "atol")}

    # -------------------------------------------------------------------- the parts
    def _cells_at(self, z):
        """The cells at coordinates, None where the values make no sense together."""
        try:
            return self.free.cells(self.cells, z)
        except NfpcellError:
            self.tally.failures += len(self.observations)
            return None

    def _engine(self, cell, curve):
        rate = curve.current / cell.derived().nominal_capacity
        at = curve.direction, rate, curve.temperature
        return engine_for(cell, *at, self.model, **self.numerics)

    def _curves(self, changed, computed):
        """Voltages of every curve of every set, one batch for each mesh."""
        curves = [
            (k, one)
            for k, one in enumerate(self.observations)
            if isinstance(one, Curve)
        ]
        starts = self._starts(changed, [one for _, one in curves])
        groups = {}
        for row, cells in enumerate(changed):
            for k, curve in curves:
                if cells is None:
                    continue
                cell = cells[curve.cell]
                start = curve.start
                if start is None:
                    start = starts[row, curve.cell, curve.direction]
                if isinstance(start, SolveError):
                    self.tally.failures += 1
                    continue
                engine = self._meshes.get(k) or self._engine(cell, curve)
                sign = 1 if curve.direction == "discharge" else -1
                case = engine.inputs(
                    cell.with_values(self.view.cut_offs(cell, curve)),
                    sign * curve.current,
                    curve.temperature + ZERO_CELSIUS,
                    start,
                )
                groups.setdefault(engine, []).append((row, k, curve, case))
        for engine, members in groups.items():
            for (row, k, curve, case), run in self._runs(engine, members):
                if run.failed:
                    self.tally.failures += 1
                else:
                    computed[row][k] = self.view.seen(engine, run, curve, case)

    def _runs(self, engine, members):
        """
        Pairs of a member and the run that tells its voltages.

        Point by point, members of the same course share one run: what only adds to the
        voltage, such as the exchange current of an interface, needs no other.
        """
        courses = {}
        for member in members:
            _, k, _, case = member
            key = (
                (k, engine.trajectory_key(case))
                if self.view.pointwise
                else len(courses)
            )
            courses.setdefault(key, []).append(member)
        again = []
        firsts = [own[0] for own in courses.values()]
        for own, run in zip(
            courses.values(), self._solved(engine, firsts), strict=True
        ):
            yield own[0], run
            if run.solution is None:
                # it did not start, which another may
                again += own[1:]
            else:
                yield from ((member, run) for member in own[1:])
        if again:
            yield from zip(again, self._solved(engine, again), strict=True)

    def _solved(self, engine, members):
        horizon = max(self.view.seconds(curve) for _, _, curve, _ in members)
        return engine.solve([case for *_, case in members], [0, horizon])

    def _starts(self, changed, curves):
        """What the slow half-cycle before leaves, by set, cell and direction [V]."""
        wanted = {
            (row, one.cell, one.direction): cells[one.cell]
            for row, cells in enumerate(changed)
            if cells is not None
            for one in curves
            if one.start is None
        }
        found = {}
        for way in HALF_CYCLES:
            keys = [key for key in wanted if key[-1] == way]
            if not keys:
                continue
            # a slow charge leaves next to nothing, to whatever tolerance
            settings = self.numerics if way == "charge" else {}
            pairs = [(wanted[key], way) for key in keys]
            voltages = starting_voltages(pairs, self.model, **settings)
            found |= dict(zip(keys, voltages, strict=True))
        return found

    def _spectra(self, cells, row):
        for k, one in enumerate(self.observations):
            if not isinstance(one, MeasuredSpectrum):
                continue
            points = self._state_of(cells[one.cell], one)
            if not points.reached.any():
                self.tally.failures += 1
                continue
            parts = impedance.impedance_at(
                points, one.spectrum.frequencies, cells[one.cell].layout
            )
            row[k] = parts[0].sum(axis=-1)

    def _state_of(self, cell, one):
        """Where a spectrum was taken."""
        if one.depth is None:
            # a voltage is measured at the cell's temperature
            slope = cell["Positive electrode OCP entropic change [V.K-1]"]
            warmer = one.temperature + ZERO_CELSIUS - cell["Reference temperature [K]"]
            voltage = one.voltage - slope * warmer
            state = [voltage], one.temperature, self.model
            return operating_points.resting_at(cell, *state, **self._tolerances)
        state = one.direction, one.rate, one.temperature, [one.depth], self.model
        return operating_points.operating_points(cell, *state, **self._tolerances)

    def _numbers(self, cells, row):
        by_name = {cell.name: cell for cell in cells.values()}
        groups = {}
        for k, one in enumerate(self.observations):
            if isinstance(one, Published):
                groups.setdefault(one.experiment.name, []).append((k, one))
        for members in groups.values():
            experiments = [one.experiment for _, one in members]
            conditions = {c: None for e in experiments for c in e.conditions}
            together = replace(
                experiments[0],
                conditions=tuple(conditions),
                targets=tuple(one.target for _, one in members),
            )
            settings = dict(self._tolerances)
            if together.kind == "resistance":
                own = all(t.quantity in OWN_RESISTANCES for t in together.targets)
                settings |= {"circuits": not own, "depths": DEPTHS}
            used = {c.cell: by_name[c.cell_name] for c in conditions}
            results = scoring.run(together, self.model, cells=used, **settings)
            judged = scoring.judge(together, *results)
            for (k, _), value in zip(members, judged["Computed"], strict=True):
                if np.isfinite(value):
                    row[k] = float(value)
                else:
                    self.tally.failures += 1

    def _residual(self, one, computed):
        """Residuals of one observation; those of a total loss where there is none."""
        if isinstance(one, Curve):
            return self.view.compare(one, computed)
        if isinstance(one, MeasuredSpectrum):
            Z = one.spectrum.Z
            if computed is None:
                computed = Z + LOST_IMPEDANCE * np.abs(Z)
            return residuals.of_spectrum(computed, Z, one.sigma)
        if computed is None:
            return np.array([LOST_NUMBER])
        return np.array(
            [residuals.of_number(computed, one.target.value, one.tolerance_percent)]
        )
