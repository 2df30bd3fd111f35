"""Readers of measured data: from a file of any instrument to a ``Recording``.

Imports nothing of nfpcell but its errors.
"""

from nfpcell.measured.readers.dispatch import read
from nfpcell.measured.readers.recording import LEAST_POINTS, Recording, Spectrum

__all__ = ["LEAST_POINTS", "Recording", "Spectrum", "read"]
