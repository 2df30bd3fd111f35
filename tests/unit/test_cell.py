"""Loading, checking, changing, showing and saving a cell."""

import math
import pickle
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nfpcell.cell import catalogue, parameters, units
from nfpcell.cell.definition import Cell
from nfpcell.cell.quantity import FORMER_FILES
from nfpcell.errors import DataFileError, NfpcellError, UnknownNameError
from nfpcell.model.parameter_values import pybamm_values

CARBON = "Positive electrode carbon mass fraction"
ELECTROLYTE = "Positive electrode electrolyte mass fraction"
PLATE = "Separator thickness [m]"
SURFACE = "Positive electrode active powder specific surface [m2.kg-1]"
LOWER = "Lower voltage cut-off [V]"

HEAD = """title = "mine"
based_on = "yamauchi2020_base"
[sources]
s = "weighed"
[quantities]
"""


@pytest.fixture
def write(tmp_path):
    """Write a cell file beside a base that completes it; returns its path."""
    base = Cell.load("C").with_values({PLATE: 2e-3}, reference="base").to_toml()
    (tmp_path / "yamauchi2020_base.toml").write_text(base, encoding="utf-8")

    def write(text, name="mine.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def line(name=CARBON, value="0.05", **changes):
    keys = {"value": value, "kind": '"measured"', "source": '"s"', **changes}
    inside = ", ".join(f"{k} = {v}" for k, v in keys.items() if v is not None)
    return f'"{name}" = {{ {inside} }}\n'


# ----------------------------------------------------------------------------- loading
@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("C", "C"),
        ("c", "C"),
        ("cell_c", "C"),
        ("yamauchi2020_cell_c", "C"),
        ("Yamauchi2020_cell_c", "C"),
        ("POUCH", "pouch"),
        ("yamauchi2020_pouch", "pouch"),
    ],
)
def test_a_built_in_cell_has_one_name_for_all_its_words(word, name):
    assert Cell.load(word).name == name


def test_a_file_is_named_by_its_stem_and_overrides_its_base(write):
    cell = Cell.load(write(HEAD + line()))
    assert cell.name == "mine"
    assert cell[CARBON] == 0.05
    assert cell.quantities[CARBON].reference == "weighed"
    assert cell.quantities[CARBON].kind == "measured"
    assert cell[PLATE] == 2e-3
    assert cell.quantities[PLATE].reference == "base"
    assert cell.quantities[PLATE].unit == "m"


def test_the_path_of_a_built_in_file_is_the_built_in_cell():
    assert Cell.load(Cell.load("B").path).name == "B"
    assert Cell.load(Cell.load("B").path) == Cell.load("B")


def test_a_base_in_parameter_sets_comes_before_one_beside_the_file(write):
    text = HEAD.replace("yamauchi2020_base", "yamauchi2020")
    write('title = "a decoy"\n', "yamauchi2020.toml")
    with pytest.raises(DataFileError, match="Electrode height"):
        Cell.load(write(text + line()))


@pytest.mark.slow
def test_importing_a_cell_is_light():
    code = (
        "import sys; from nfpcell.cell.definition import Cell;"
        "Cell.load('C').derived();"
        "heavy = {'pybamm', 'pandas', 'scipy', 'matplotlib'} & set(sys.modules);"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    root = Path(catalogue.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("word", ["F", "", "cell", "yamauchi2020", "..", None, 3])
def test_an_unknown_word_is_refused_with_the_cells_there_are(word):
    with pytest.raises(UnknownNameError) as refused:
        Cell.load(word)
    assert "\n" not in str(refused.value)
    if isinstance(word, str):
        assert "A, B, C, D, E, pouch" in str(refused.value)


def test_the_nearest_word_is_suggested():
    with pytest.raises(UnknownNameError, match='did you mean "pouch"'):
        Cell.load("pouche")


# ---------------------------------------------------------------------------- refusing
@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (line("Positive electrode carbon mass fractio"), f'did you mean "{CARBON}"'),
        (line("Separator thickness [um]"), f'did you mean "{PLATE}"'),
        (line("Separator thickness"), f'did you mean "{PLATE}"'),
        (line("separator thickness [m]"), f'did you mean "{PLATE}"'),
        (line("Positive electrode thickness [m]"), "is derived from other quantities"),
        (line("Ambient temperature [K]"), "set by a run"),
        (line("zzz"), "not a name the model reads; no name is similar"),
        (line(value=None), '"value" is missing'),
        (line(kind=None), '"kind" is missing'),
        (line(source=None), '"source" is missing'),
        (line(source='"text"'), 'source "text" is not in [sources]'),
        (line(kind='"guessed"'), "guessed"),
        (line(vallue="1.0"), 'did you mean "value"'),
        (line(value="nan"), "finite"),
        (line(value="inf"), "finite"),
        (line(value="true"), "valid number"),
        (line(value='"0.05"'), "valid number"),
        (line(value="[0.05]"), "valid number"),
        (line(value="1" + "0" * 400), "more than 64 bits"),
        (line(value="-0.01"), "at least 0 and below 1"),
        (line(value="4.2"), "at least 0 and below 1"),
        (line(PLATE, "0.0"), "above 0"),
        (line(PLATE, "1.0"), "at most 0.1"),
        (line("Cathode firing temperature [K]", "-1.0"), "at least 250"),
        (line("Reference temperature [K]", "30.0"), "at least 150"),
        (line(ELECTROLYTE, "0.96"), "sum to 1.002"),
        (line("Positive electrode gallery 2 share of high step", "0.7"), "sum to"),
        (line(LOWER, "4.5"), "is not below"),
        (line(kind='"fitted"'), "0 targets"),
        (line(kind='"fitted"', targets="[]"), "at least 1 item"),
        (line(targets='["x"]'), "1 targets"),
        (line(range="[0.06, 0.07]", kind='"assumed"'), "outside its range 0.06 to"),
        (line(range="[0.06, 0.04]"), "outside its range 0.06 to 0.04"),
        (line(range="[0.04, 1.0]"), "range to 1 is refused; right would be at least 0"),
        (line(range="[0.04]"), "at least 2 items"),
        (line("Carbon density [kg.m-3]", "1e5"), "at most 30000"),
        (line(SURFACE, "5e-324"), "no finite"),
        (line() + line(), "not valid TOML"),
        ('"x" = 1\n', '"x" = 1 is refused; right would be: a table'),
        ('[laws]\ndiffusion = "fallling"\n', "'falling', 'constant'"),
        ("[law]\n", 'did you mean "laws"'),
        ("[sources.extra]\nx = 1\n", "valid string"),
        ("[", "not valid TOML"),
        ("x = " + "[" * 20000, "not valid TOML"),
        ("x = " + "9" * 5000, "not valid TOML"),
    ],
)
def test_a_bad_line_is_refused_in_one_sentence(write, text, sentence):
    path = write(HEAD + text)
    with pytest.raises(DataFileError) as refused:
        Cell.load(path)
    assert sentence in str(refused.value)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value).replace(repr("\n"), "")


def test_a_range_and_the_targets_of_an_assumed_number_are_kept(write, tmp_path):
    stated = {"kind": '"assumed"', "range": "[0.03, 0.07]", "targets": '["R of C"]'}
    cell = Cell.load(write(HEAD + line(**stated)))
    quantity = cell.quantities[CARBON]
    assert (quantity.range, quantity.targets) == ((0.03, 0.07), ("R of C",))
    copy = Cell.load(cell.save(tmp_path / "copy.toml"))
    assert copy.quantities[CARBON] == quantity
    without = Cell.load(write(HEAD + line(kind='"assumed"'), "other.toml"))
    assert without.sha256 != cell.sha256
    # a number that a user sets is another statement
    assert cell.with_values({CARBON: 0.2}).quantities[CARBON].range is None


def test_a_file_without_a_quantity_is_refused(write):
    full = Cell.load("C").to_toml()
    kept = [row for row in full.splitlines() if not row.startswith(f'"{PLATE}"')]
    with pytest.raises(DataFileError, match=f'lacks "{re.escape(PLATE)}"'):
        Cell.load(write("\n".join(kept)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\xff\xfe\x00\x01", b"a = 1\0", b"\x89PNG\r\n\x1a\n\0"]
)
def test_a_file_that_is_not_text_is_refused(write, content):
    with pytest.raises(DataFileError, match=r"empty|not a text file"):
        Cell.load(write(content))


def test_a_text_with_a_byte_order_mark_is_read(write):
    assert Cell.load(write(b"\xef\xbb\xbf" + (HEAD + line()).encode()))[CARBON] == 0.05


def test_a_file_made_before_a_quantity_existed_gives_what_it_gave(tmp_path):
    """Diffusion over the radius of the powder, carbon by percolation."""
    former = {
        "Carbon network conductivity [S.m-1]": 200.0,
        "Carbon percolation threshold": 0.0567,
        "Carbon percolation exponent": 2.0,
        "Carbon percolation rounding": 1e-4,
    }
    text = Cell.load("A").with_values(former).to_toml()
    newer = [f'"{name}"' for name in FORMER_FILES if name not in former]
    lines = [
        line for line in text.splitlines() if not any(name in line for name in newer)
    ]
    assert len(lines) == len(text.splitlines()) - len(newer)
    path = tmp_path / "before.toml"
    path.write_text("\n".join(lines))
    cell = Cell.load(path)
    d = cell.derived()
    assert cell["Positive particle diffusion length [m]"] == d.radius
    assert (
        d.inverse_time == cell["Positive particle diffusivity [m2.s-1]"] / d.radius**2
    )
    percolating = 200 * (d.phi_carbon - 0.0567) ** 2
    assert d.sigma_eff == pytest.approx(percolating + 1e-7, rel=1e-2)
    bonded = 0.1 ** cell["Bonded-fraction exponent"]
    assert d.contacted == pytest.approx(bonded, rel=1e-12)
    # a file that lacks another quantity is refused as ever
    path.write_text("\n".join(line for line in lines if "Separator thick" not in line))
    with pytest.raises(DataFileError, match="Separator thickness"):
        Cell.load(path)


def test_a_folder_a_missing_and_a_huge_file_are_refused(write, tmp_path):
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(DataFileError, match="is a folder"):
        Cell.load(tmp_path / "folder.toml")
    with pytest.raises(DataFileError, match="no such file"):
        Cell.load(str(tmp_path / "none.toml"))
    with pytest.raises(DataFileError, match="no such file"):
        Cell.load("some/where")
    with pytest.raises(DataFileError, match="at most 1000000"):
        Cell.load(write(HEAD + line() + "#" * 1_000_000))
    with pytest.raises(DataFileError, match="cannot be read"):
        Cell.load("x" * 5000 + ".toml")
    with pytest.raises(UnknownNameError, match="cannot be the path"):
        Cell.load("a\0b.toml")


@pytest.mark.skipif(sys.platform == "win32", reason="no such devices")
def test_a_device_is_not_read(tmp_path):
    link = tmp_path / "endless.toml"
    link.symlink_to("/dev/zero")
    with pytest.raises(DataFileError, match="ordinary file"):
        Cell.load(link)


@pytest.mark.parametrize(
    ("base", "sentence"),
    [
        ("../secret", "plain name"),
        ("/etc/passwd", "plain name"),
        ("..", "plain name"),
        ("yamauchi2020_base.toml", "plain name"),
        ("a\\\\b", "plain name"),
        ("mine", "itself"),
        ("yamauchi2020_cell_c", 'itself based on "yamauchi2020"'),
        ("yamauchi202", 'did you mean "yamauchi2020'),
    ],
)
def test_a_base_is_one_level_and_never_a_path(write, base, sentence):
    with pytest.raises(DataFileError, match=sentence):
        Cell.load(write(HEAD.replace("yamauchi2020_base", base) + line()))


def test_two_files_based_on_each_other_are_refused(write):
    write(HEAD.replace("yamauchi2020_base", "mine") + line(), "other.toml")
    path = write(HEAD.replace("yamauchi2020_base", "other") + line())
    with pytest.raises(DataFileError, match="itself based on"):
        Cell.load(path)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_content_is_refused_with_an_nfpcell_error(tmp_path, content):
    path = tmp_path / "any.toml"
    path.write_bytes(content)
    with pytest.raises(NfpcellError):
        Cell.load(path)


# ---------------------------------------------------------------------------- changing
def test_changed_values_make_a_new_cell_and_leave_the_old():
    old = Cell.load("C")
    new = old.with_values({CARBON: np.float64(0.05)})
    assert (old[CARBON], new[CARBON]) == (0.042, 0.05)
    assert type(new[CARBON]) is float
    assert new.quantities[CARBON].kind == "assumed"
    assert new.quantities[CARBON].reference == "set by the user"
    assert new.quantities[PLATE] == old.quantities[PLATE]
    assert new.path is None
    assert new != old
    assert new.sha256 != old.sha256


def test_a_fitted_value_names_its_targets():
    fitted = {"kind": "fitted", "reference": "fit", "targets": ["C 2C discharge"]}
    cell = Cell.load("C").with_values({CARBON: 0.05}, **fitted)
    assert cell.quantities[CARBON].targets == ("C 2C discharge",)
    with pytest.raises(DataFileError, match="0 targets"):
        Cell.load("C").with_values({CARBON: 0.05}, kind="fitted")


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, True, np.True_, "0.05", None, -1, 1, [0.1], 10**400]
)
def test_a_changed_value_is_checked_like_a_file(value):
    with pytest.raises(DataFileError, match="carbon mass fraction"):
        Cell.load("C").with_values({CARBON: value})


@pytest.mark.parametrize("changes", [{"kind": "guess"}, {"reference": " "}])
def test_a_changed_value_keeps_kind_and_reference(changes):
    with pytest.raises(DataFileError):
        Cell.load("C").with_values({CARBON: 0.05}, **changes)


def test_unknown_names_are_refused_everywhere():
    cell = Cell.load("C")
    with pytest.raises(UnknownNameError, match="did you mean"):
        cell["Separator thickness [mm]"]
    with pytest.raises(UnknownNameError, match="did you mean"):
        cell.with_values({"Separator thickness [mm]": 1.0})
    with pytest.raises(DataFileError, match='did you mean "falling"'):
        cell.with_diffusion("fallin")


def test_a_cell_cannot_be_changed_in_place():
    cell = Cell.load("C")
    with pytest.raises(TypeError):
        cell.quantities[CARBON] = None
    with pytest.raises(AttributeError):
        cell.name = "X"
    cell.values[CARBON] = 0.9
    assert cell[CARBON] == 0.042


def test_a_pickled_cell_is_the_same_cell():
    cell = Cell.load("A").with_values({CARBON: 0.04})
    copy = pickle.loads(pickle.dumps(cell))
    assert copy == cell
    assert hash(copy) == hash(cell)


# ----------------------------------------------------------------------------- numbers
def test_derived_quantities_agree_with_the_paper():
    d = Cell.load("pouch").derived()
    # 7.7 mAh at 88 mAh/g; 97 mA per gram is 1C
    assert d.mass == pytest.approx(7.7e-3 / 88, rel=2e-4)
    assert d.nominal_capacity == pytest.approx(97 * d.mass)
    # 27 Ohm.cm2 of plate, grain boundaries included
    assert d.r_bulk + d.r_gb == pytest.approx(27e-4, rel=1e-4)


def test_cold_slows_diffusion_and_conduction():
    warm, cold = (Cell.load("C").derived(T) for T in (303.15, 253.15))
    assert cold.inverse_time < warm.inverse_time / 10
    assert cold.r_bulk > warm.r_bulk


def test_values_hold_every_quantity_of_the_model():
    assert set(Cell.load("D").values) == set(parameters.NAMES.values())
    assert set(parameters.ALLOWED) == set(parameters.NAMES)


def test_pybamm_gets_every_quantity_and_every_condition():
    cell = Cell.load("C")
    values = pybamm_values(cell)
    assert cell.values.items() <= values.items()
    assert set(parameters.CONDITIONS.values()) <= set(values)
    assert values["Current function [A]"] == values["Nominal cell capacity [A.h]"]
    assert values["Nominal cell capacity [A.h]"] == pytest.approx(0.337e-3, rel=1e-3)
    assert cell.parameter_values()[CARBON] == 0.042


# ----------------------------------------------------------------------------- showing
def test_a_notebook_shows_a_cell_as_a_table_with_sources():
    note = "1 < 2 & more"
    cell = Cell.load("C").with_values(
        {PLATE: 2e-3}, reference=note, title="<b>bold</b>"
    )
    shown = cell._repr_html_()
    assert "Cell C</b>: &lt;b&gt;bold&lt;/b&gt;" in shown
    assert shown.count("<tr") == 1 + len(cell.quantities)
    for heading in ("Quantity", "Value", "Unit", "Kind", "Reference"):
        assert f"<th>{heading}</th>" in shown
    row = ("Separator thickness", "2000", "µm", "assumed", "1 &lt; 2 &amp; more")
    for text in row:
        assert f"<td>{text}</td>" in cell.quantities[PLATE]._repr_html_()
        assert f"<td>{text}</td>" in shown
    with units.chosen("SI"):
        for text in ("0.002", "m"):
            assert f"<td>{text}</td>" in cell._repr_html_()


# ------------------------------------------------------------------------------ saving
def test_a_saved_cell_is_the_same_cell(tmp_path):
    awkward = 'a "quoted"\nnote with \\ and #'
    cell = (
        Cell.load("E")
        .with_values({PLATE: 1 / 3000}, reference="r", note=awkward)
        .with_values({CARBON: 1e-17}, "fitted", "fit", targets=["C 2C", "D"])
        .with_diffusion("constant")
    )
    path = cell.save(tmp_path / "copy.toml")
    copy = Cell.load(path)
    assert copy.quantities == cell.quantities
    assert copy.diffusion == "constant"
    assert copy.sha256 == cell.sha256
    assert copy.name == "copy"
    assert "based_on" not in tomllib.loads(path.read_text(encoding="utf-8"))


def test_saving_overwrites_only_with_force(tmp_path):
    cell = Cell.load("C")
    path = tmp_path / "copy.toml"
    path.write_text("precious", encoding="utf-8")
    with pytest.raises(DataFileError, match="exists already"):
        cell.save(path)
    assert path.read_text(encoding="utf-8") == "precious"
    cell.save(path, force=True)
    assert Cell.load(path) == Cell("copy", cell.title, cell.quantities, cell.diffusion)


def test_a_failed_save_leaves_no_file(tmp_path):
    with pytest.raises(DataFileError, match="cannot be written"):
        Cell.load("C").save(tmp_path / "none" / "copy.toml")
    with pytest.raises(DataFileError, match=r"named \*\.toml"):
        Cell.load("C").save(tmp_path / "copy.txt")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(DataFileError, match="cannot be written"):
        Cell.load("C").save(tmp_path / "folder.toml", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.toml"]


def test_the_hash_is_of_the_content_only(tmp_path):
    cell = Cell.load("C")
    assert Cell.load(cell.save(tmp_path / "x.toml")).sha256 == cell.sha256
    assert cell.with_diffusion("constant").sha256 != cell.sha256
    assert cell.with_values({PLATE: 1e-3}).sha256 != cell.sha256


def test_derived_quantities_are_those_of_their_temperature():
    cell = Cell.load("C")
    before = cell.derived().mass
    with pytest.raises(AttributeError):
        cell.derived().mass = 1.0
    for temperature in range(250, 350):
        assert cell.derived(temperature).mass == before
    cold, warm = cell.derived(260.0).kappa_eff, cell.derived(340.0).kappa_eff
    assert cold < warm
