"""What the package shows: names, entry points, and what its wheel holds."""

import importlib
import inspect
import json
import os
import subprocess
import sys
import tarfile
import tomllib
import typing
import zipfile
from pathlib import Path
from typing import Literal

import pytest

import nfpcell
from nfpcell.cell import catalogue
from nfpcell.model import pybamm_plugin

ROOT = Path(catalogue.__file__).resolve().parents[2]
PYPROJECT = ROOT / "pyproject.toml"

pytestmark = pytest.mark.skipif(
    not PYPROJECT.is_file(), reason="these tests need the checkout"
)


def entry_points(group):
    text = PYPROJECT.read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]["entry-points"][group]


def run(*command, path=ROOT, cwd=ROOT):
    env = {**os.environ, "PYTHONPATH": str(path), "PYBAMM_DISABLE_TELEMETRY": "true"}
    done = subprocess.run(
        [sys.executable, *command], cwd=cwd, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_cell_has_its_entry_point():
    names = map(pybamm_plugin.set_name, pybamm_plugin.half_cells())
    expected = {name: f"nfpcell.model.pybamm_plugin:{name}" for name in names}
    found = entry_points("pybamm_parameter_sets")
    lines = [f'{k} = "{v}"' for k, v in expected.items() if k not in found]
    assert not lines, "add to pyproject.toml:\n" + "\n".join(lines)
    assert found == expected


@pytest.mark.parametrize("group", ["pybamm_parameter_sets", "pybamm_models"])
def test_every_entry_point_loads(group):
    for target in entry_points(group).values():
        module, name = target.split(":")
        assert callable(getattr(importlib.import_module(module), name))


def test_a_parameter_set_is_documented_and_complete():
    values = pybamm_plugin.Yamauchi2020_cell_c()
    assert values["Positive electrode carbon mass fraction"] == 0.042
    assert "Cell C" in pybamm_plugin.Yamauchi2020_cell_c.__doc__
    assert "Honma" in pybamm_plugin.Yamauchi2020_cell_c.__doc__
    assert "Yamauchi2020_pouch" in dir(pybamm_plugin)
    with pytest.raises(AttributeError):
        pybamm_plugin.Yamauchi2020_cell_z  # noqa: B018
    with pytest.raises(AttributeError, match="symmetric"):
        pybamm_plugin.Yamauchi2020_anode_symmetric  # noqa: B018


def test_importing_the_package_is_light():
    heavy = "{'pybamm', 'pandas', 'scipy', 'matplotlib', 'pydantic'}"
    code = f"import sys, nfpcell; print(sorted({heavy} & set(sys.modules)))"
    assert run("-c", code).strip() == "[]"


def test_no_module_hides_a_name_of_the_package():
    # importing a module nfpcell.simulate would replace the function of that name;
    # nfpcell.plot is a module under either name
    modules = {path.stem for path in (ROOT / "nfpcell").glob("*.py")}
    assert modules & set(nfpcell.__all__) == {"plot"}
    assert nfpcell.plot.__name__ == "nfpcell.plot"


@pytest.mark.parametrize(
    ("function", "flag"),
    [(nfpcell.simulate, "curves"), (nfpcell.resistance, "spectra")],
)
def test_a_flag_decides_the_type_of_the_result(function, flag):
    parameters = list(inspect.signature(function).parameters)
    overloads = [inspect.signature(f) for f in typing.get_overloads(function)[:2]]
    assert [list(overload.parameters) for overload in overloads] == [parameters] * 2
    flags = [overload.parameters[flag].annotation for overload in overloads]
    assert flags == [Literal[False], Literal[True]]
    table, both = (overload.return_annotation for overload in overloads)
    assert both == tuple[table, table]


def test_every_name_of_the_package_is_there():
    for name in nfpcell.__all__:
        assert getattr(nfpcell, name) is not None


def test_names_that_do_not_exist_are_not_there():
    with pytest.raises(AttributeError, match="simulat"):
        nfpcell.simulat  # noqa: B018
    assert set(nfpcell.__all__) <= set(dir(nfpcell))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "hatchling", "build", "-d", str(folder))
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    installed = folder / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    return wheel, sdist, installed


@pytest.mark.slow
def test_the_wheel_holds_code_and_data_and_nothing_else(built):
    with zipfile.ZipFile(built[0]) as archive:
        names = archive.namelist()
    for kind in (catalogue.CELLS, catalogue.EXPERIMENTS):
        for stem in catalogue.stems(kind):
            assert f"nfpcell/{kind}/{stem}.toml" in names
    tops = {name.split("/")[0] for name in names}
    info = f"nfpcell-{nfpcell.__version__}.dist-info"
    # the second package is what ``nfpcell benchmark`` runs
    assert tops == {"nfpcell", "nfpcell_benchmarks", info}
    assert not [name for name in names if name.endswith(".pyc")]


@pytest.mark.slow
def test_the_sdist_holds_what_a_developer_needs(built):
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "pyproject.toml",
        "LICENSE",
        "nfpcell/cell/definition.py",
        "parameter_sets/yamauchi2020.toml",
        "experiments/rate_30C.toml",
        "tests/acceptance/test_packaging.py",
    } <= names


@pytest.mark.slow
def test_pybamm_finds_cells_and_models_of_an_installed_wheel(built, tmp_path):
    code = (
        "import json, pybamm, nfpcell, nfpcell.cell.catalogue as f;"
        "v = pybamm.ParameterValues('Yamauchi2020_cell_c');"
        "m = pybamm.Model('NFPHalfCell'), pybamm.Model('NFPSingleParticle');"
        "doc = pybamm.parameter_sets.get_docstring('Yamauchi2020_cell_c');"
        "print(json.dumps([str(f.folder('parameter_sets')), nfpcell.cells(),"
        "v['Positive electrode carbon mass fraction'],"
        "[type(x).__name__ for x in m], 'Cell C' in doc]))"
    )
    out = run("-c", code, path=built[2], cwd=tmp_path)
    folder, cells, carbon, models, documented = json.loads(out.splitlines()[-1])
    assert Path(folder) == (built[2] / "nfpcell" / "parameter_sets").resolve()
    assert cells == catalogue.cells()
    assert carbon == 0.042
    assert models == ["HalfCell", "SingleParticle"]
    assert documented
