"""What the sections of a report ask for, each computed once."""

import pandas as pd

from nfpcell.cell.definition import Cell
from nfpcell.eis import impedance
from nfpcell.simulation import constant_current
from nfpcell.simulation.cycling import Cycler, Programme
from nfpcell.simulation.protocol import Protocol, efficiency
from nfpcell.simulation.protocol import run as run_protocol
from nfpcell.studies import chemistries, liquid, recipe_steps, scoring
from nfpcell.studies.experiment import Experiment

# the half-cycles of the one are all among those of the other
AMONG = {"resistance_30C": "operando_impedance"}


class Results:
    """
    Results of one model, kept, so that two sections share one run.

    Attributes
    ----------
    model : "full" or "particle"; thousands of cycles are always of "particle"
    complaints : sentences on conditions that failed, since somebody emptied the list
    tick : called with nothing while something long goes on; may end the work
    cells : Cells that a page is on; none if it is on the paper
    """

    def __init__(self, model, tick=lambda: None, cells=()):
        self.model, self.tick, self.cells = model, tick, list(cells)
        self.complaints, self._kept = [], {}

    def experiment(self, name, cells=None, directions=None):
        """
        Table and second table of an experiment, see ``scoring.run``.

        Parameters
        ----------
        name : word of the experiment
        cells : words of those wanted, such as "A B"; all if nothing is said
        directions : the same of the half-cycles
        """
        table, second = self._run(name)
        for column, words in (("Cell", cells), ("Direction", directions)):
            if words is not None:
                table = table[table[column].isin(words.split())]
                if second is not None:
                    second = second[second[column].isin(words.split())]
        self._complain(table)
        return table, second

    def scored(self, name):
        """Targets of an experiment, as ``scoring.judge`` gives them."""
        experiment = Experiment.load(name)
        return self._once(
            ("scored", name), lambda: scoring.judge(experiment, *self._run(name))
        )

    def judged(self, held):
        """
        Targets of an experiment with its results, as ``scoring.judge`` gives them, and
        the note and source of each.

        Parameters
        ----------
        held : Held, which targets
        """
        experiment = Experiment.load(held.experiment)
        table = self.scored(held.experiment).assign(
            Name=[one.quantity for one in experiment.targets],
            Note=[one.note for one in experiment.targets],
            Source=[one.source for one in experiment.targets],
        )
        return table[list(map(held.holds, table["Cell"], table["Name"]))]

    def half_cycles(self, cells, rates, temperatures, direction):
        """Table and curves of half-cycles that no experiment has."""

        def compute():
            return constant_current.simulate(
                cells,
                rates,
                temperatures,
                direction,
                self.model,
                curves=True,
            )

        named = tuple(cell.name for cell in cells)
        key = "half-cycles", named, tuple(rates), tuple(temperatures), direction
        table, curves = self._once(key, compute)
        self._complain(table)
        return table, curves

    def cycles(self, name):
        """The cycle table of a programme, always by the model "particle"."""

        def compute():
            asked = Programme.load(name)
            cycler = Cycler(asked.cell, asked.steps, asked.temperature, "particle")
            rows = []
            for row in cycler.rows():
                rows.append(row)
                self.tick()
            return pd.DataFrame(rows)

        table = self._once(("cycles", name), compute)
        self._complain(table)
        return table

    def protocol(self, name):
        """Table and curves of a protocol."""

        def compute():
            return run_protocol(Protocol.load(name), self.model)

        table, curves = self._once(("protocol", name), compute)
        self._complain(table)
        return table, curves

    def loops(self, name):
        """Table of the closed loops of a protocol, and its curves."""
        table, curves = self.protocol(name)
        return efficiency(table), curves

    def chemistries(self):
        """The table of rate capability over resistance, published numbers in it."""
        table = self._once(
            ("chemistries",),
            lambda: chemistries.compare(chemistries.Comparison.load(), self.model),
        )
        self._complain(table)
        return table

    def steps(self, cells):
        """From cell to cell in ohms."""

        def compute():
            return recipe_steps.steps(
                [Cell.load(c) for c in cells.split()], model=self.model
            )

        table = self._once(("steps", cells), compute)
        self._complain(table)
        return table

    def resistance(self, cells):
        """Resistances of cells on discharge over depth of discharge."""

        def compute():
            found = [impedance.resistance(cell, model=self.model) for cell in cells]
            return pd.concat(found, ignore_index=True)

        named = tuple(cell.name for cell in cells)
        table = self._once(("resistance", named), compute)
        self._complain(table)
        return table

    def at_rest(self, cell, depths):
        """Spectra of a cell at rest."""

        def compute():
            return impedance.impedance(cell, depths, rate=0, model=self.model)

        table = self._once(("at rest", cell.name, tuple(depths)), compute)
        self._complain(table)
        return table

    def liquid(self, depths):
        """Spectra of the non-aqueous half-cell at rest."""

        def compute():
            return liquid.impedance(depths, 30)

        table = self._once(("liquid", tuple(depths)), compute)
        self._complain(table)
        return table

    def _run(self, name):
        name = AMONG.get(name, name)
        return self._once(
            ("experiment", name),
            lambda: scoring.run(Experiment.load(name), self.model),
        )

    def _once(self, key, compute):
        """Computed, or what it was before; a failure is told again, not tried again."""
        if key not in self._kept:
            try:
                self._kept[key] = compute(), None
            except Exception as error:  # any part may fail, the others go on
                self._kept[key] = None, error
        value, error = self._kept[key]
        if error is not None:
            raise error
        return value

    def _complain(self, table):
        failed = table[~table["Status"].str.startswith("ok")]
        if len(failed):
            self.complaints.append(
                f"{len(failed)} of {len(table)} rows failed: "
                f"{failed['Status'].iloc[0]}."
            )
