"""Readers of measured data: one file in, one Recording out, whatever wrote it."""

from nfpcell.readers.reading import read
from nfpcell.readers.recording import LEAST_POINTS, Recording, Spectrum

__all__ = ["LEAST_POINTS", "Recording", "Spectrum", "read"]
