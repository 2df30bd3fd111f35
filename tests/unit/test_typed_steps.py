"""Steps that are typed: what is read, what is refused with the number of the step."""

import pandas as pd
import pytest

import nfpcell
from nfpcell.cli import app
from nfpcell.cli.table_columns import ended_by
from nfpcell.errors import NfpcellError, SolveError
from nfpcell.reports import curve_tables
from nfpcell.simulation import protocol_steps
from nfpcell.simulation.protocol import Protocol, run
from nfpcell.simulation.typed_steps import of_steps

C = nfpcell.Cell.load("C")
STEPS = "Discharge at 1C until 2.0 V; Rest for 1 h; Charge at C/5 until 4.5 V"
REFUSED = {
    "Charge at 2": "must contain keyword 'for' or 'until'",
    "Discharge 1C until 2 V": "is no step; right would be",
    "Discharge at 0C until 2 V": "is no step; right would be",
    "Discharge at 1C until 5 foo": "units must be",
    "Discharge at 1,5 mA until 2 V": "units must be",
    "Rest for 1 fortnight": "time units must be",
    "Charge at -1C until 4 V": "is not positive",
    "Discharge at 0 A for 1 h": "is not positive",
    "Charge at 1C until C/50": "a constant current ends at a current",
    "Charge at 400 Ohm for 1 h": "a load does not charge",
    "Rest for -1 h": "lasts -3600 s",
    "Discharge at 1C for 0 s": "lasts 0 s",
    "Rest for 1e9 h": "up to 100000 h",
    "Discharge at 2 A until 2 V": "5.94e+03C of cell C",
    "Discharge at 5 W until 2 V": "3.3e+03C of cell C",
    "Discharge at 1C until 1 V": "1 V is beyond the lower cut-off, 2 V",
    "Charge at C/5 until 5 V": "5 V is beyond the upper cut-off, 4.5 V",
    "Hold at 400 V for 1 h": "400 V is beyond the upper cut-off, 4.5 V",
    " ": "is no sentence",
}


@pytest.mark.parametrize(("sentence", "why"), REFUSED.items())
def test_a_wrong_step_is_refused_in_one_sentence_with_its_number(sentence, why):
    with pytest.raises(NfpcellError) as refusal:
        of_steps(C, f"Rest for 1 h; {sentence}; Rest for 1 h")
    assert str(refusal.value).startswith("step 2: ")
    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("steps", [[], [1], ["Rest for 1 h", None], 5, "", ";"])
def test_what_is_no_list_of_sentences_is_refused(steps):
    with pytest.raises(NfpcellError, match="right would be"):
        of_steps(C, steps)


@pytest.mark.parametrize(
    ("steps", "start"),
    [
        (STEPS, "charged"),
        ("Rest for 1 h; Charge at C/5 until 4.5 V", "discharged"),
        ("Hold at 4.5 V until C/50; Charge at 1C until 4.5 V", "charged"),
        ("Rest for 1 h", "charged"),
    ],
)
def test_the_first_step_with_a_current_says_where_the_cell_starts(steps, start):
    assert of_steps(C, steps).segments[0].start == start
    assert of_steps(C, steps, start="discharged").segments[0].start == "discharged"


def test_small_letters_spaces_and_full_stops_do_not_matter():
    written = of_steps(C, "  discharge at  1C until 2.0 V. ;rest for 1 h;").segments[0]
    sentences = [step.sentence for step in written.instructions]
    assert sentences == ["Discharge at 1C until 2.0 V", "Rest for 1 h"]


def test_steps_and_profile_exclude_each_other(tmp_path):
    for steps, profile in ((None, None), (STEPS, tmp_path / "drive.csv")):
        with pytest.raises(NfpcellError, match="right would be one of them"):
            nfpcell.protocol(C, steps, profile)
    with pytest.raises(NfpcellError, match="steps without them"):
        nfpcell.protocol(C, STEPS, sign="charge")


@pytest.mark.slow
def test_typed_steps_are_those_of_a_file(tmp_path):
    parts = ", ".join(f'{{ do = "{step.strip()}" }}' for step in STEPS.split(";"))
    (tmp_path / "steps.toml").write_text(
        'title = "t"\nkind = "protocol"\nsource = "s"\ncell = "C"\n'
        f'"Ambient temperature [degC]" = 10.0\n[[legs]]\nname = "steps"\n'
        f'start = "charged"\nsteps = [{parts}]\n'
    )
    typed, _ = nfpcell.protocol("C", STEPS, temperature=10, model="particle")
    of_file, _ = run(Protocol.load(tmp_path / "steps.toml"), "particle")
    pd.testing.assert_frame_equal(typed, of_file)
    assert typed["Status"].eq("ok").all()


@pytest.mark.slow
def test_a_profile_by_the_verb(tmp_path):
    path = tmp_path / "drive.csv"
    path.write_text("Time [s],C-rate\n0,0.1\n600,0.1\n")
    table, curves = nfpcell.protocol("C", profile=path, model="particle")
    assert table["Duration [h]"].tolist() == pytest.approx([1 / 6])
    assert curves["Time [s]"].max() == pytest.approx(600)


@pytest.mark.slow
def test_the_curves_of_steps_are_a_profile_and_half_cycles(tmp_path):
    # above the cut-off, where rounding may end a profile
    steps = STEPS.replace("2.0 V", "2.1 V")
    table, curves = nfpcell.protocol("C", steps, model="particle")
    assert curves["Step"].unique().tolist() == [1, 2, 3]
    path = tmp_path / "curves.csv"
    curves.to_csv(path, index=False)
    again, _ = nfpcell.protocol("C", profile=path, model="particle")
    passed = "Specific capacity [mA.h.g-1]"
    assert again[passed].sum() == pytest.approx(table[passed].sum(), abs=0.01)
    assert again["Duration [h]"].sum() == pytest.approx(
        table["Duration [h]"].sum(), 1e-3
    )
    directions = [half_cycle.direction for half_cycle in nfpcell.half_cycles(path)]
    assert directions == ["discharge", "charge"]


def test_curves_without_needless_rows_are_read(tmp_path):
    table, curves = nfpcell.simulate("C", 0.2, model="particle", curves=True)
    path = tmp_path / "curves.csv"
    curve_tables.without_needless_rows(curves).to_csv(path, index=False)
    (half_cycle,) = nfpcell.half_cycles(path)
    charge = half_cycle.capacity[-1] / float(C.derived().mass)
    assert charge == pytest.approx(table["Specific capacity [mA.h.g-1]"][0], 1e-4)


@pytest.mark.parametrize("sentence", ["Charge at -1C until 4 V", "Rest for -1 h"])
def test_a_step_of_a_file_is_checked_too(tmp_path, sentence):
    path = tmp_path / "steps.toml"
    path.write_text(
        'title = "t"\nkind = "protocol"\nsource = "s"\ncell = "C"\n'
        '"Ambient temperature [degC]" = 10.0\n[[legs]]\nname = "first"\n'
        f'start = "charged"\nsteps = [{{ do = "{sentence}" }}]\n'
    )
    with pytest.raises(NfpcellError, match=r"steps\.toml: first: .*right would be"):
        Protocol.load(path)


# -------------------------------------------------------------------- several cells
SHORT = "Discharge at 1C for 10 minutes; Rest for 1 h"


def test_cells_run_the_same_steps_as_each_alone():
    table, curves = nfpcell.protocol(["C", "D"], SHORT, model="particle")
    assert table[["Cell", "Leg", "Step"]].to_numpy().tolist() == [
        ["C", "C", 1], ["C", "C", 2], ["D", "D", 1], ["D", "D", 2],
    ]  # fmt: skip
    alone, alone_curves = nfpcell.protocol("D", SHORT, model="particle")
    assert alone["Leg"].unique().tolist() == ["steps"]
    of_d = curves[curves["Leg"] == "D"].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_d.assign(Leg="steps"), alone_curves)
    with pytest.raises(NfpcellError, match='two cells have the name "C"'):
        nfpcell.protocol(["C", "C"], SHORT)


def test_a_cell_that_fails_takes_no_other_with_it(monkeypatch, capsys):
    def only_of_d(cell, *args):
        if cell.name == "C":
            raise SolveError("no start")
        return 3.3

    monkeypatch.setattr(protocol_steps, "starting_voltage", only_of_d)
    words = ["protocol", "C", "D", "--steps", SHORT, "--model", "particle"]
    assert app.main(words) == 1
    shown = capsys.readouterr().out
    assert "C, Discharge at 1C for 10 minutes: no start" in shown
    # the steps are below the name of their segment
    lines = [line.strip() for line in shown.splitlines()]
    assert lines.index("D") > lines.index("C")
    assert "Discharge at 1C for 10 minutes" in " ".join(lines[lines.index("D") :])


def test_a_profile_of_two_cells_and_what_is_refused(tmp_path, capsys):
    path = tmp_path / "drive.csv"
    path.write_text("Time [s],C-rate\n0,0.1\n600,0.1\n")
    table, _ = nfpcell.protocol(["C", "D"], profile=path, model="particle")
    assert table["Leg"].tolist() == ["C", "D"]
    assert app.main(["protocol", "fan_0C", "C"]) == 2
    assert "one experiment alone, or cells with --steps" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("event", "short"),
    [
        ("Voltage < 2.0 [V]", "2 V"),
        ("Voltage > 4.25 [V]", "4.25 V"),
        ("final time", "time"),
        ("C-rate cut-off", "current"),
        ("abs(Current [A]) < 1e-06 [A]", "current"),
        ("Minimum voltage [V]", "lower cut-off"),
        ("starts below the lower cut-off", "starts below the lower cut-off"),
    ],
)
def test_short_words_for_what_ended_a_step(event, short):
    assert ended_by(event) == short


def test_repeated_steps_are_written_out():
    protocol = of_steps(
        C, "2 x (Discharge at C/10 for 60 s; Rest for 1 h); Rest for 2 h"
    )
    assert [step.sentence for step in protocol.segments[0].instructions] == [
        *("Discharge at C/10 for 60 s", "Rest for 1 h") * 2,
        "Rest for 2 h",
    ]
    assert len(of_steps(C, "3× ( Rest for 1 h; )").segments[0].instructions) == 3
    with pytest.raises(NfpcellError, match='step 3: "Rest for 1" is no step'):
        of_steps(C, "2 x (Rest for 1 h); Rest for 1")


@pytest.mark.parametrize("number", ["0", "99999", "9" * 5000])
def test_absurd_repetitions_are_refused(number):
    with pytest.raises(NfpcellError, match=r"repetitions are refused; .* 1 to 10000"):
        of_steps(C, f"{number} x (Rest for 1 h; Rest for 2 h)")


def test_repetitions_may_stand_within_repetitions():
    typed = of_steps(C, "2 X (3 x (Rest for 1 h); Rest for 2 h); Rest for 3 h")
    sentences = [one.sentence for one in typed.segments[0].instructions]
    assert sentences == [*2 * [*3 * ["Rest for 1 h"], "Rest for 2 h"], "Rest for 3 h"]


def test_steps_are_counted_over_all_repetitions():
    with pytest.raises(NfpcellError, match=r"20000 steps are refused; .* 1 to 10000"):
        of_steps(C, "10000 x (Rest for 1 h); 10000 x (Rest for 2 h)")


@pytest.mark.parametrize("number", ["1.5", "-2"])
def test_a_refused_repetition_is_shown_as_it_was_typed(number):
    with pytest.raises(
        NfpcellError, match=f'"{number} x \\(Rest for 1 h\\)" is no step'
    ):
        of_steps(C, f"{number} x (Rest for 1 h)")
