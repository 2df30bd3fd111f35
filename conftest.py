"""Marks that a docstring cannot carry."""

import pytest


def pytest_collection_modifyitems(items):
    """The examples of nfpcell.plot compute what they draw."""
    for item in items:
        if item.nodeid.startswith("nfpcell/plot.py"):
            item.add_marker(pytest.mark.slow)
