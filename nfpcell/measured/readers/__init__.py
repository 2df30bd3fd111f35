"""Readers of measured data: one file in, one Recording out, whatever wrote it."""

from nfpcell.measured.readers.dispatch import read
from nfpcell.measured.readers.recording import LEAST_POINTS, Recording, Spectrum

__all__ = ["LEAST_POINTS", "Recording", "Spectrum", "read"]
