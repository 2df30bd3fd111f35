"""Readers of measured data: one file in, one Recording out, whatever wrote it."""

from nfpcell.readers.reading import read
from nfpcell.readers.recording import Recording, Spectrum

__all__ = ["Recording", "Spectrum", "read"]
