"""Which reader a file is for: by its content first, by its name second."""

from nfpcell.errors import DataFileError
from nfpcell.measured.readers import biologic, delimited, extras, instruments
from nfpcell.measured.readers.opening import opened

TEXTS = (instruments.read_gamry, instruments.read_zview, instruments.read_versastudio)


def read(path):
    """
    What a file of an instrument holds.

    Tables of text with named columns (CSV, Battery Data Format, EC-Lab ``.mpt``,
    exports of Arbin, Neware, Maccor, Landt, Novonix …), BioLogic ``.mpr``, Gamry
    ``.dta``, ZView ``.z``, VersaStudio ``.par``; with ``pip install "nfpcell[io]"``
    also Excel tables and Neware ``.nda`` and ``.ndax``. Any of them may be packed with
    gzip.

    Parameters
    ----------
    path : of the file

    Returns
    -------
    Recording

    Raises
    ------
    DataFileError : one sentence that says what is wrong, and where
    """
    content = opened(path)
    if biologic.is_mpr(content.raw):
        return biologic.read(content)
    reader = extras.reader(content)
    if reader is not None:
        return reader(content)
    try:
        for reader in TEXTS:
            recording = reader(content)
            if recording is not None:
                return recording
        return delimited.read(content)
    except DataFileError as error:
        if content.suffix != ".mpr" or not content.raw:
            raise
        raise DataFileError(
            f"{content.path}: does not begin as a BioLogic .mpr does; right would be a "
            ".csv with named columns, or the file as EC-Lab wrote it"
        ) from error
