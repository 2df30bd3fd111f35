"""One body over every law and balance."""

import importlib
import inspect
import pkgutil

import pytest

import nfpcell.physics

MODULES = [
    importlib.import_module(f"nfpcell.physics.{module.name}")
    for module in pkgutil.iter_modules(nfpcell.physics.__path__)
]
LAWS = [
    law
    for module in MODULES
    for name, law in inspect.getmembers(module, inspect.isfunction)
    if law.__module__ == module.__name__ and not name.startswith("_")
]


def test_there_are_laws():
    assert len(LAWS) > 20


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_docstring_says_what_it_is(law):
    text = inspect.getdoc(law)
    assert text[0].isupper()
    for section in ("Parameters", "Returns", "Source"):
        assert f"\n{section}\n{'-' * len(section)}\n" in text, section


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_docstring_names_every_argument(law):
    text = inspect.getdoc(law)
    section = text.split("Parameters\n----------\n")[1].split("Returns\n")[0]
    if section.startswith("as "):  # says which other law it shares them with
        return
    for name in inspect.signature(law).parameters:
        assert name in section.replace(",", " ").replace(":", " ").split(), name


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_module_has_a_docstring(module):
    assert module.__doc__
