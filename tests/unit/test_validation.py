"""The Python verbs check their arguments and refuse with one sentence."""

import numpy as np
import pytest

import nfpcell
from nfpcell.cell import catalogue, validation
from nfpcell.errors import NfpcellError
from nfpcell.simulation.cycling import Cycler, Schedule
from nfpcell.simulation.protocol import Protocol
from nfpcell.studies.chemistries import Comparison
from nfpcell.studies.experiment import Experiment

C = nfpcell.Cell.load("C")
RESISTANCE = "Contact resistance [Ohm]"
HUGE = 1 << 20_000


def test_a_name_is_a_cell():
    assert validation.half_cells(["C", C]) == [C, C]
    assert validation.cells("D") == [nfpcell.Cell.load("D")]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: nfpcell.simulate("nope"), '"nope" is no cell'),
        (lambda: nfpcell.simulate([]), "right would be a Cell"),
        (lambda: nfpcell.simulate([C, 5]), "cell 5 is refused"),
        (lambda: nfpcell.simulate(C, rates=[]), "the list is empty"),
        (lambda: nfpcell.simulate(C, rates=[-1]), "rate -1 is refused"),
        (lambda: nfpcell.simulate(C, rates=[0]), "above 0"),
        (lambda: nfpcell.simulate(C, rates=[1e-12]), "at least 1e-06"),
        (lambda: nfpcell.simulate(C, rates="1"), "right would be a number"),
        (lambda: nfpcell.simulate(C, rates=None), "right would be a number"),
        (lambda: nfpcell.simulate(C, rates=[float("nan")]), "rate nan is refused"),
        (lambda: nfpcell.simulate(C, rates=[True]), "rate True is refused"),
        (lambda: nfpcell.simulate(C, temperatures=[-300]), "above -273.15"),
        (lambda: nfpcell.simulate(C, direction="dischrge"), 'mean "discharge"'),
        (lambda: nfpcell.simulate(C, model="ful"), 'did you mean "full"'),
        (lambda: nfpcell.resistance(5), "right would be a Cell or a name"),
        (lambda: nfpcell.resistance(C, "both"), "right would be discharge or charge"),
        (lambda: nfpcell.resistance(C, depths=[1.5]), "depth of discharge 1.5"),
        (lambda: nfpcell.resistance(C, depths=[]), "the list is empty"),
        (lambda: nfpcell.resistance(C, rate=-1), "rate -1 is refused"),
        (lambda: nfpcell.score(["rate_30"]), "rate_30C"),
        (lambda: nfpcell.score(model="x"), "right would be full or particle"),
        (lambda: nfpcell.score(5), "5 is a int"),
        (lambda: nfpcell.simulate(C, rates=[HUGE]), "too large to show, is refused"),
        (lambda: nfpcell.simulate(C, rates=10**400), "above 0 and at most 1000"),
        (lambda: nfpcell.simulate(C, direction=HUGE), "right would be discharge"),
        (lambda: C.with_values({RESISTANCE: HUGE}), "right would be a number"),
        (lambda: nfpcell.fit(C, ["a.csv"], {RESISTANCE: (0, HUGE)}), "(lower, upper)"),
        (lambda: nfpcell.fit(C, ["a.csv"], 5), "a mapping of names to"),
        (lambda: nfpcell.fit(C, [5], {RESISTANCE: (0, 1)}), "data: int is refused"),
        (lambda: nfpcell.read(5), "5: is no path of a file"),
        (lambda: nfpcell.read(None), "None: is no path of a file"),
        (lambda: nfpcell.half_cycles(b"a.csv"), "b'a.csv': is no path of a file"),
    ],
)
def test_a_bad_argument_is_refused_with_one_sentence(call, sentence):
    with pytest.raises(NfpcellError) as refused:
        call()
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("kelvin", "celsius"),
    [(303, "30"), (298.15, "25"), (303.15, "30"), (253.15, "-20")],
)
def test_a_temperature_in_kelvin_is_asked_about(tmp_path, kelvin, celsius):
    path = tmp_path / "cell.csv"
    path.write_text("", encoding="utf-8")
    for call in (
        lambda: nfpcell.simulate(C, temperatures=[30, kelvin]),
        lambda: nfpcell.impedance(C, temperature=kelvin),
        lambda: nfpcell.resistance(C, temperature=kelvin),
        lambda: nfpcell.half_cycles(path, temperature=kelvin),
        lambda: nfpcell.Data("a.csv", temperature=kelvin),
        lambda: Cycler(C, [(1.0, 1)], kelvin),
    ):
        with pytest.raises(NfpcellError, match=f"would be {celsius} if kelvin was"):
            call()


FILES_WITH_A_TEMPERATURE = [
    *((Experiment.load, "rate_30C"), (Schedule.load, "long_cycling")),
    *((Protocol.load, "overcharge_9V"), (Comparison.load, "chemistries")),
]


@pytest.mark.parametrize(
    ("number", "message"),
    [("303", "30 if kelvin was meant"), ("120", "a number .* 98, where sodium melts")],
)
@pytest.mark.parametrize(("loader", "file"), FILES_WITH_A_TEMPERATURE)
def test_a_temperature_of_molten_sodium_in_a_file_is_refused(
    tmp_path, loader, file, number, message
):
    text = (catalogue.folder("experiments") / f"{file}.toml").read_text("utf-8")
    name = '"Ambient temperature [degC]" = '
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(f"{name}[30.0]", f"{name}[{number}.0]"), "utf-8")
    if path.read_text("utf-8") == text:
        path.write_text(text.replace(f"{name}30", f"{name}{number}"), "utf-8")
    with pytest.raises(NfpcellError, match=f"right would be: {message}"):
        loader(path)


@pytest.mark.parametrize(
    "verb",
    [
        lambda t: nfpcell.simulate(C, temperatures=[30, t]),
        lambda t: nfpcell.impedance(C, temperature=[30, t]),
        lambda t: nfpcell.resistance(C, temperature=t),
        lambda t: nfpcell.cycle(C, temperature=t),
        lambda t: nfpcell.protocol(C, "Rest for 1 h", temperature=t),
        lambda t: nfpcell.steps(["B", C], temperature=t),
        lambda t: nfpcell.compare(C, ["none.csv"], temperature=t),
        lambda t: nfpcell.fit(C, ["none.csv"], {}, temperature=t),
    ],
)
def test_every_verb_refuses_temperatures_of_molten_sodium(verb):
    with pytest.raises(NfpcellError, match=r"at most 98, where sodium melts$"):
        verb(98.5)
    with pytest.raises(NfpcellError, match="right would be 30 if kelvin was meant"):
        verb(303)


def test_a_hot_measured_file_is_read_but_not_simulated(tmp_path):
    rows = [f"{60 * n},0.3,{3.2 - 0.02 * n},120" for n in range(10)]
    path = tmp_path / "hot.csv"
    path.write_text("\n".join(["t/s,I/mA,U/V,T/degC", *rows]), "utf-8")
    (half_cycle,) = nfpcell.half_cycles(path, sign="discharge")
    assert half_cycle.temperature == 120
    data = nfpcell.Data(path, sign="discharge")
    with pytest.raises(NfpcellError, match=r"hot.csv: .* 120.0 is refused; .*melts"):
        nfpcell.compare(C, data, model="particle")


def test_a_single_number_and_an_array_are_lists():
    scalars = nfpcell.simulate(C, rates=2, temperatures=30, model="particle")
    arrays = nfpcell.simulate(
        C, rates=np.array([2]), temperatures=np.array([30.0]), model="particle"
    )
    assert scalars.equals(arrays)
