"""Readers of measured data: from a file of any instrument to a ``Recording``.

``dispatch`` chooses the reader by the ``file_content``. A reader (``delimited``,
``instrument_text``, ``biologic``, ``library_formats``) converts the used columns to a
``raw_table``, and ``assemble`` converts this to a recording. The package imports only
``nfpcell.errors``.
"""

from nfpcell.measured.readers.dispatch import read
from nfpcell.measured.readers.recording import LEAST_POINTS, Recording, Spectrum

__all__ = ["LEAST_POINTS", "Recording", "Spectrum", "read"]
