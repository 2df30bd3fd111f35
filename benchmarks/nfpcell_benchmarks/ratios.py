"""Rows of the table of speeds: our time beside a peer's, and what is wanted of both."""

import numpy as np
import pandas as pd

COLUMNS = [
    "Case",
    "nfpcell [s]",
    "Peer",
    "Peer [s]",
    "Ratio",
    "Least ratio",
    "Largest ratio",
    "Note",
    "Wanted ratio",
    "As wanted",
]
# what is wanted of a case against a peer: at least this ratio
WANTED = (
    ("--help", "import pybamm", 1 / 0.3),
    ("simulate C", "import pybamm", 1 / 1.5),
    ("a warm discharge at 1C, particle", "half-cell SPM, built once", 1.0),
    ("a warm discharge at 1C, full", "half-cell DFN, built once", 2.0),
    ("480 curves", "the same model and protocol, a Simulation", 20.0),
    ("480 curves", "the integrator alone", 0.5),
    ("half-cycles of a sweep", "nfpcell, each of 100", 1 / 1.2),
)


def row(case, ours, peer, theirs, note=""):
    """Medians of both, and the ratio over all pairs of repeats."""
    ours, theirs = np.atleast_1d(ours), np.atleast_1d(theirs)
    pairs = (theirs[:, None] / ours[None, :]).ravel()
    return (
        case,
        float(np.median(ours)),
        peer,
        float(np.median(theirs)),
        float(np.median(pairs)),
        float(pairs.min()),
        float(pairs.max()),
        note,
    )


def wanted(case, _, peer, __, ratio, *___):
    """What is wanted of a ratio, and whether it is so; nothing where nothing is."""
    for of_case, of_peer, least in WANTED:
        if case.startswith(of_case) and peer.startswith(of_peer):
            return least, bool(ratio >= least)
    return np.nan, None


def table(rows):
    """Rows as ``row`` gives them, with what is wanted of each."""
    return pd.DataFrame([(*each, *wanted(*each)) for each in rows], columns=COLUMNS)
