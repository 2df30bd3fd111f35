"""Marks and a folder for the examples in docstrings."""

import pytest
from _pytest.doctest import DoctestItem


@pytest.fixture(autouse=True)
def _in_a_new_folder(request, tmp_path, monkeypatch):
    """The examples in docstrings write their files here."""
    if isinstance(request.node, DoctestItem):
        monkeypatch.chdir(tmp_path)


def pytest_collection_modifyitems(items):
    """The examples of nfpcell.plot compute what they draw."""
    for item in items:
        if item.nodeid.startswith("nfpcell/plot.py"):
            item.add_marker(pytest.mark.slow)
