"""Readers of measured data: from a file of any instrument to a ``Recording``.

``dispatch`` chooses the reader of a file by its ``file_content``. The readers
(``delimited``, ``instrument_text``, ``biologic``, ``library_formats``) make a
``raw_table`` of the columns in use; ``assemble`` makes a recording of it.
Imports nothing of nfpcell but its errors.
"""

from nfpcell.measured.readers.dispatch import read
from nfpcell.measured.readers.recording import LEAST_POINTS, Recording, Spectrum

__all__ = ["LEAST_POINTS", "Recording", "Spectrum", "read"]
