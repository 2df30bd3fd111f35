"""The public names: nothing else is completed, each function has an example."""

import inspect

import pytest

import nfpcell

# an example would need a sweep's worker processes
WITHOUT_EXAMPLE = {"sweep"}
FUNCTIONS = [
    name
    for name in dir(nfpcell)
    if inspect.isfunction(getattr(nfpcell, name)) and name not in WITHOUT_EXAMPLE
]


def test_completion_has_the_verbs_and_nothing_but_public_names():
    for module in (nfpcell, nfpcell.plot):
        assert set(dir(module)) == set(module.__all__)
    verbs = {"cycle", "plot", "protocol", "simulate", "spectrum", "steps"}
    assert verbs <= set(dir(nfpcell))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_an_example(name):
    assert ">>> " in inspect.getdoc(getattr(nfpcell, name))


@pytest.mark.parametrize(
    "compute",
    [
        lambda: nfpcell.cycle("C", temperature=303.15),
        lambda: nfpcell.protocol("C", "Rest for 1 h", temperature=303.15),
        lambda: nfpcell.steps(["A", "B"], temperature=303.15),
    ],
)
def test_a_temperature_in_kelvin_is_refused(compute):
    with pytest.raises(nfpcell.NfpcellError, match="kelvin"):
        compute()


def test_rates_of_cycle_are_checked():
    with pytest.raises(nfpcell.NfpcellError, match="rate 0 is refused"):
        nfpcell.cycle("C", rates=[1, 0])
    with pytest.raises(nfpcell.NfpcellError, match="stores no charge"):
        nfpcell.cycle("anode-symmetric")
