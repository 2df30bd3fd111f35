"""How many threads a batch is shared out to."""

import os

import pytest

from nfpcell.cell.definition import Cell
from nfpcell.parallel import MOST_THREADS, cores, threads
from nfpcell.simulation import engine
from nfpcell.simulation.condition import Condition
from nfpcell.simulation.constant_current import half_cycles


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("3", 3),
        (" 2,4", 2),
        ("500", MOST_THREADS),
        ("", None),
        ("0", None),
        ("many", None),
        ("-1", None),
    ],
)
def test_the_variable_of_openmp_is_asked_first(monkeypatch, said, number):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    usual = min(cores(), MOST_THREADS)
    assert threads() == (number or usual)
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert 1 <= threads() == usual <= os.cpu_count()


@pytest.mark.slow
def test_a_batch_on_several_threads_is_each_case_alone(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    engine.built.cache_clear()
    cell = Cell.load("C")
    conditions = [
        Condition(cell, "discharge", rate, 30) for rate in (0.9, 1, 1.1, 1.2, 1.3)
    ]
    table, curves = half_cycles(conditions, "particle")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    engine.built.cache_clear()
    for k, condition in enumerate(conditions):
        alone, curve = half_cycles([condition], "particle")
        for column in ("Specific capacity [mA.h.g-1]", "Mean voltage [V]"):
            assert table[column][k] == pytest.approx(alone[column][0], rel=1e-4)
        own = curves[curves["C-rate"] == condition.rate]
        assert own["Voltage [V]"].iloc[-1] == pytest.approx(2.0, abs=1e-4)
        assert len(own) == pytest.approx(len(curve), rel=0.1)
    engine.built.cache_clear()


@pytest.mark.slow
def test_a_batch_has_room_in_memory(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    small, large = (
        engine.built("full", points=(("r_p", shells), ("x_p", depths)))
        for shells, depths in ((10, 3), (300, 100))
    )
    assert small.batch == engine.BATCH
    assert large.batch == 1
    assert small.solve([], [0, 1]) == small.curves([], []) == []
