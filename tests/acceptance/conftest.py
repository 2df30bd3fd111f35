"""The commands with results at once, and with none."""

import itertools
import os
import sys

import pandas as pd
import pytest

from nfpcell.cell.definition import Cell
from nfpcell.columns import RESISTANCE as RESISTANCE_COLUMNS
from nfpcell.simulation import constant_current
from nfpcell.studies import scoring
from tests.acceptance.commands import fake_table


@pytest.fixture
def computed(monkeypatch):
    """Instead of the model: results at once; gives what was asked for."""
    asked = []

    def simulate(cells, rates, temperatures, direction, model, curves, progress):
        asked.append((cells, rates, temperatures, direction, model))
        sys.stdout.write("a library talks\n")
        os.write(1, b"and so does C\n")
        ways = ("charge", "discharge") if direction == "both" else (direction,)
        found = fake_table(itertools.product(cells, ways, rates, temperatures))
        return found if curves else found[0]

    def run(experiment, model="full", progress=None, **_):
        asked.append((experiment.name, model))
        if experiment.kind == "cycling":
            return fake_table(
                [
                    (Cell.load(c.cell), c.direction, c.rate, c.temperature)
                    for c in experiment.conditions
                ]
            )
        whole = dict.fromkeys(RESISTANCE_COLUMNS, 100.0) | {"Status": "ok"}
        points = {"Frequency [Hz]": 1.0, "Z_re [Ohm]": 100.0, "Z_im [Ohm]": -10.0}
        found = [
            {**c.columns, "Depth of discharge": depth}
            for c in experiment.conditions
            for depth in (0.1, 0.5, 0.9)
        ]
        table = pd.DataFrame([{**whole, **keys} for keys in found])
        return table, pd.DataFrame([{**keys, **points} for keys in found])

    monkeypatch.setattr(constant_current, "simulate", simulate)
    monkeypatch.setattr(scoring, "run", run)
    return asked


@pytest.fixture
def nothing_computed(monkeypatch):
    def never(*_, **__):
        pytest.fail("computed before everything was checked")

    monkeypatch.setattr(constant_current, "simulate", never)
    monkeypatch.setattr(scoring, "run", never)
    monkeypatch.setattr(scoring, "score", never)
