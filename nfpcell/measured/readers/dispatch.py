"""Which reader a file is for: decided by its content first, by its name second."""

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
    """
    What a file of an instrument holds.

    Tables of text with named columns (CSV, Battery Data Format, EC-Lab ``.mpt``,
    exports of Arbin, Neware, Maccor, Landt, Novonix …), BioLogic ``.mpr``, Gamry
    ``.dta``, ZView ``.z``, VersaStudio ``.par``; with ``pip install "nfpcell[io]"``
    also Excel tables and Neware ``.nda`` and ``.ndax``. Any of them may be packed with
    gzip.

    Raises
    ------
    DataFileError : one sentence that says what is wrong, and where
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
