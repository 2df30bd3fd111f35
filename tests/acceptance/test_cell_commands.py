"""The commands list, show and new-cell."""

import json
import re

import pytest

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cell.derived import NAMES
from nfpcell.cell.parameters import COMPONENTS, Component
from nfpcell.cli import app
from tests.acceptance.commands import refused


def test_list_has_a_line_for_each_cell_and_experiment(capfd):
    assert app.main(["list"]) == 0
    lines = capfd.readouterr().out.splitlines()[2:]
    words = [line.split()[1] for line in lines]
    assert words == catalogue.cells() + catalogue.experiments()
    assert app.main(["list", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert [row["Name"] for row in rows] == words
    assert {row["Kind"] for row in rows} == {"cell", "experiment"}
    assert all(row["Title"] for row in rows)


def test_show_has_every_quantity_with_its_source_then_what_follows(capfd):
    cell = Cell.load("C")
    assert app.main(["show", "c", "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert len(rows) == len(cell.quantities) + len(NAMES)
    for row, quantity in zip(rows, cell.quantities.values(), strict=False):
        assert row["Value"] == quantity.value
        assert (row["Kind"], row["Reference"]) == (quantity.kind, quantity.reference)
        assert quantity.name in (row["Name"], f"{row['Name']} [{row['Unit']}]")
    last = rows[-len(NAMES)]
    assert (last["Name"], last["Unit"], last["Kind"]) == (
        "Electrode area",
        "m2",
        "derived",
    )
    assert last["Value"] == pytest.approx(1e-4)


def test_show_prints_a_table_and_notes_if_asked(capfd):
    note = next(
        q.note for q in Cell.load("A").quantities.values() if 9 < len(q.note) < 40
    )
    assert app.main(["show", "A"]) == 0
    plain = capfd.readouterr().out
    assert app.main(["show", "A", "--notes"]) == 0
    noted = capfd.readouterr().out
    assert note in noted
    assert note not in plain
    for said in ("Separator thickness", "mAh g⁻¹", "measured", "[1] Yamauchi"):
        assert said in plain
    table = plain.partition("References")[0]
    assert max(map(len, table.splitlines())) <= 100


def _shown(capfd, *words):
    """The lines of the table of `show`, without its heading."""
    assert app.main(["show", "C", *words]) == 0
    return capfd.readouterr().out.partition("References")[0].splitlines()[3:]


def test_show_has_a_group_for_each_component_and_derived_quantities_last(capfd):
    lines = [line.strip() for line in _shown(capfd)]
    groups = [*Component, "Derived from the quantities above"]
    places = [lines.index(group) for group in groups]
    assert places == sorted(places)
    for group, name in {
        "Anode": "Sodium metal electrode double-layer capacity",
        "Electrolyte": "Separator thickness",
        "Interfaces": "Interphase resistance of reference firing",
        "Cathode": "Positive particle diffusivity [",
        "Cell and conditions": "Lower voltage cut-off",
    }.items():
        (place,) = (k for k, line in enumerate(lines) if line.startswith(name))
        assert max(g for g in places if g < place) == lines.index(group)
    assert set(COMPONENTS) == set(Cell.load("C").quantities)


def test_show_has_the_units_of_the_lab_or_those_of_cell_files(capfd):
    lab, si = "\n".join(_shown(capfd)), "\n".join(_shown(capfd, "--units", "SI"))
    for said in (
        r"Separator thickness \[µm\] +1000 ",
        r"Positive electrode active mass loading \[mg cm⁻²\] +3.47273 ",
        r"Separator bulk area-specific resistance \[Ω cm²\] +18.9 ",
        r"Electrolyte conductivity \[mS cm⁻¹\] +3.7037 ",
        r"Cathode firing temperature \[°C\] +525 ",
        r"Contact resistance \[Ω\] +25.6611 ",
    ):
        assert re.search(said, lab)
    for name, quantity in Cell.load("C").quantities.items():
        value = f"{quantity.value:.6g} "
        # the end of a long name is on a second line
        assert re.search(f"{re.escape(name[:40])}.* {re.escape(value)}", si)
        assert name[-20:] in " ".join(si.split()) or len(name) > 66


def test_names_with_units_of_the_lab_are_understood_where_names_are_typed(
    capfd, tmp_path
):
    path = tmp_path / "mine.toml"
    words = [*NEW, "--out", str(path)]
    for typed in (
        "Separator thickness [µm]=500",
        "Cathode firing temperature [°C]=500",
        "Contact resistance [Ω]=20",
        "Electrolyte conductivity [mS.cm-1]=4",
    ):
        words += ["--set", typed]
    assert app.main(words) == 0
    shown = capfd.readouterr().out
    assert re.search(r"Separator thickness +1000 +500 +µm", shown)
    values = Cell.load(str(path)).values
    assert values["Separator thickness [m]"] == 5e-4
    assert values["Cathode firing temperature [K]"] == 773.15
    assert values["Contact resistance [Ohm]"] == 20
    assert values["Electrolyte conductivity [S.m-1]"] == 0.4
    said = refused(capfd, *words, "--set", "Separator thickness [m]=5e-4")
    assert '"Separator thickness [m]" is given twice' in said


NEW = ("new-cell", "--based-on", "C")


def test_a_new_cell_is_one_that_every_command_takes(capfd, tmp_path):
    path = tmp_path / "my.toml"
    words = [
        *("--powder-surface", "20", "--firing-temperature", "540"),
        *("--firing-time", "45", "--roughness", "0.5:0", "--out", str(path)),
    ]
    assert app.main([*NEW, *words]) == 0
    out, err = capfd.readouterr()
    assert str(path) in out
    assert err == ""
    cell = Cell.load(path)
    assert cell.name == "my"
    assert cell["Cathode firing temperature [K]"] == 813.15
    assert cell["Cathode firing time [s]"] == 2700
    assert cell["Positive electrode active powder specific surface [m2.kg-1]"] == 20e3
    assert cell["Plate cathode-side pore-former fraction"] == 0.5
    assert cell["Plate anode-side pore-former fraction"] == 0
    assert app.main(["show", str(path)]) == 0


@pytest.mark.slow
def test_a_new_cell_warns_on_standard_error_and_is_written(capfd, tmp_path):
    path = tmp_path / "my.toml"
    words = [*NEW, "--carbon", "0.05", "--plate-thickness", "0.5", "--out", str(path)]
    assert app.main([*words, "--json"]) == 0
    out, err = capfd.readouterr()
    record = json.loads(out)
    assert record["cell_file"] == str(path)
    carbon, plate = err.splitlines()
    assert "did not sinter" in carbon
    assert "Separator thickness 500 µm" in plate
    assert [f"nfpcell: {sentence}" for sentence in record["warnings"]] == [
        carbon,
        plate,
    ]
    follows = {row["Name"] for row in record["differences"] if row["Follows"]}
    assert NAMES["sigma_eff"] in follows
    before = path.read_bytes()
    assert "exists already" in refused(capfd, *words)
    assert path.read_bytes() == before
    assert app.main([*words, "--force"]) == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--carbon", "1.2"], "is refused; right would be"),
        (["--carbon", "nan"], "carbon"),
        (["--roughness", "a:b"], "--roughness"),
        (["--roughness", "0.1:0.2:0.3"], "cathode:anode"),
        (["--set", "Separator thickness [m]"], '"NAME=number"'),
        (["--set", "Separator thickness [m]=thin"], '"NAME=number"'),
        (["--set", "Separator thicknes [m]=0.001"], "did you mean"),
        (["--set", "Positive particle radius [m]=1e-7"], "is derived from other"),
        (["--powder-d50", "1", "--powder-surface", "3"], "only one of them"),
    ],
)
def test_a_new_cell_that_makes_no_sense_is_refused(capfd, tmp_path, words, sentence):
    path = tmp_path / "my.toml"
    assert sentence in refused(capfd, *NEW, *words, "--out", str(path))
    assert not path.exists()


def test_a_new_cell_goes_into_a_toml_file_and_needs_a_base(capfd, tmp_path):
    assert "*.toml" in refused(capfd, *NEW, "--out", str(tmp_path / "my.txt"))
    assert "--based-on" in refused(capfd, "new-cell", "--out", "my.toml")
    words = ("new-cell", "--based-on", "Q", "--out", "my.toml")
    assert "is no cell" in refused(capfd, *words)
