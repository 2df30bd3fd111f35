"""Output files: a folder is checked before a run; all files are written, or none."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from nfpcell.errors import refusal
from nfpcell.figures import appearance

# pandas and matplotlib are slow to import, and not needed to check a folder
if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    # tables of an Excel file, by the names of the files that have them as text
    Sheets: TypeAlias = Mapping[str, pd.DataFrame]
    Content: TypeAlias = str | pd.DataFrame | Sheets | Figure
    # text and tables by file name, figures by the stem of their files
    Contents: TypeAlias = Mapping[str, Content]


def writable_folder(folder: str | Path) -> Path:
    """Return the absolute path of a folder that can be written to, or created.

    The folder itself is created later, with the files.
    """
    with refusing(folder):
        path = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() follows links
        existing, missing = path, []
        while not existing.exists():
            missing.append(existing)
            existing = existing.parent
        if not existing.is_dir():
            raise refusal("--out", f"{existing} is a file", "a folder")
        created = []
        try:
            for part in reversed(missing):
                part.mkdir()
                created.append(part)
            with tempfile.NamedTemporaryFile(prefix=".nfpcell-", dir=path):
                pass
        finally:
            for part in reversed(created):
                with contextlib.suppress(OSError):
                    part.rmdir()
    return path


@contextlib.contextmanager
def refusing(folder: str | Path) -> Iterator[None]:
    """Turn an error of the file system into one sentence about ``--out``."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        what = f"{folder} cannot be written to ({reason})"
        raise refusal("--out", what, "a folder that can be written to") from error


def names_of(contents: Contents) -> list[str]:
    """Return the file names of the contents, in their order."""
    from matplotlib.figure import Figure

    formats = appearance.current().formats
    return [
        f"{name}.{ending}" if ending else name
        for name, content in contents.items()
        for ending in (formats if isinstance(content, Figure) else ("",))
    ]


def write_files(folder: Path, contents: Contents) -> list[Path]:
    """Write all files into a folder, or none; return their paths."""
    from matplotlib.figure import Figure

    from nfpcell import plot

    names = names_of(contents)
    new = not folder.exists()
    try:
        with refusing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".nfpcell-", dir=folder) as unmoved:
                for name, content in contents.items():
                    path = Path(unmoved, name)
                    if isinstance(content, str):
                        path.write_text(content, encoding="utf-8")
                    elif isinstance(content, Figure):
                        plot.save(content, path)
                    elif isinstance(content, Mapping):
                        _write_sheets(content, path)
                    else:
                        content.to_csv(
                            path, index=False, float_format="%.10g", lineterminator="\n"
                        )
                for name in names:
                    Path(unmoved, name).replace(folder / name)
    finally:
        if new:
            with contextlib.suppress(OSError):  # only an empty folder is removed
                folder.rmdir()
    return [folder / name for name in names]


def check_excel() -> None:
    """Refuse --excel if the library that writes Excel files is not installed."""
    if importlib.util.find_spec("openpyxl") is None:
        what, right = "needs openpyxl", 'pip install "nfpcell[io]", or no --excel'
        raise refusal("--excel", what, right)


def _write_sheets(tables: Sheets, path: Path) -> None:
    """Write an Excel file: a sheet for each table, named by the stem of its file."""
    import pandas as pd

    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        for name, table in tables.items():
            sheet = Path(name).stem
            table.to_excel(writer, sheet_name=sheet, index=False, freeze_panes=(1, 0))
            for cells in writer.sheets[sheet].iter_rows():
                for cell in cells:
                    if cell.data_type == "f":  # text that begins with "=" is no formula
                        cell.data_type = "s"
