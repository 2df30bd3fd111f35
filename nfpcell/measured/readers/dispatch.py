"""The choice of the reader of a file, by its content, then by its name."""

from pathlib import Path

from nfpcell.errors import DataFileError, refusal
from nfpcell.measured.readers import (
    biologic,
    delimited,
    instrument_text,
    library_formats,
)
from nfpcell.measured.readers.file_content import open_file
from nfpcell.measured.readers.recording import Recording


def read(path: str | Path) -> Recording:
    r"""
    Read a file of an instrument.

    Tables of text with named columns (CSV, Battery Data Format, EC-Lab ``.mpt``,
    exports of Arbin, Neware, Maccor, Landt, Novonix …), BioLogic ``.mpr``, Gamry
    ``.dta``, ZView ``.z``, VersaStudio ``.par``; with ``pip install "nfpcell[io]"``
    also Excel tables and Neware ``.nda`` and ``.ndax``. All may be compressed by gzip.

    Raises
    ------
    DataFileError : the file cannot be read; the message says why, and where

    Examples
    --------
    >>> rows = "t/s,I/mA,U/V", "0,0.3,3.2", "60,0.3,3.1", "120,0.3,3.0"
    >>> _ = Path("my_discharge.csv").write_text("\n".join(rows))
    >>> recording = read("my_discharge.csv")
    >>> list(recording.table)
    ['Time [s]', 'Voltage [V]', 'Current [A]']
    """
    content = open_file(path)
    if content.raw.startswith(biologic.MARK):
        return biologic.read(content)
    reader = library_formats.reader(content)
    if reader is not None:
        return reader(content)
    try:
        for read_text in instrument_text.READERS:
            recording = read_text(content)
            if recording is not None:
                return recording
        return delimited.read(content)
    except DataFileError as error:
        if content.suffix != ".mpr" or not content.raw:
            raise
        what = "does not begin as a BioLogic .mpr does"
        right = "a .csv with named columns, or the file as EC-Lab wrote it"
        raise refusal(content.path, what, right) from error
