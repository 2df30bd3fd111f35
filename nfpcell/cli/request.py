"""The record of a command that computes, and the output at the end of every command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import typer

from nfpcell import columns
from nfpcell.cli import parsing, terminal
from nfpcell.errors import refusal
from nfpcell.figures import appearance

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from nfpcell.cell.definition import Cell
    from nfpcell.studies.experiment import Experiment
    from nfpcell.studies.held_out_file import HeldOut

DONE, CONDITION_FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True)
class Request:
    """Options of a command that computes."""

    folder: Path | None  # of the results; None without --out
    as_json: bool  # whether one JSON value is printed instead of tables
    excel: bool  # whether the tables are also written as sheets of an Excel file
    record: Mapping[str, Any]  # content of run.json, without the names of files

    @classmethod
    def read(
        cls,
        context: typer.Context,
        cells: Sequence[Cell] = (),
        experiments: Sequence[Experiment | HeldOut] = (),
        **names: object,
    ) -> Self:
        """Check --out, and record what will be computed.

        Parameters
        ----------
        context : of typer, with the command and its options
        cells, experiments : their files are recorded before the computation, because
            they may change; as options they are recorded by their names
        names : options whose recorded value is not the typed one
        """
        options = context.params | names
        for option, loaded in (("cells", cells), ("experiments", experiments)):
            if option in options:
                options[option] = [item.name for item in loaded]
        as_json = options.pop("as_json")
        excel = bool(options.get("excel"))
        appearance.choose(cells=tuple(cells))
        folder = parsing.folder(options.pop("out"), excel)
        for option in ("excel", "wide"):
            if options.get(option) and folder is None:
                raise refusal(f"--{option}", "is for files", f"--{option} --out DIR")
        if excel:
            from nfpcell.reports import output_files

            output_files.check_excel()
        record: dict[str, Any] = {}
        if folder is not None:
            from nfpcell.reports import run_folder

            record = run_folder.record(
                str(context.info_name), options, cells, experiments
            )
        return cls(folder, as_json, excel, record)

    def finish(
        self,
        table: pd.DataFrame,
        shown: Sequence[Any],
        figures: Callable[[], Mapping[str, Figure]],
        *,
        files: Mapping[str, pd.DataFrame | str | None] | None = None,
        failed: pd.Series[bool] | None = None,
        records: Any = None,
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> int:
        """Write the results, print them, and return the exit code.

        Parameters
        ----------
        table : one row for each result
        shown : tables and lines to print without --json
        figures : draws the figures, by the stem of their file names
        files : tables and texts by file name; None is not written. By default
            ``table``, as summary.csv
        failed : rows that make the exit code 1; by default those without a result
        records : printed with --json; by default the rows of ``table``
        more : further entries of run.json
        """
        files = {"summary.csv": table} if files is None else files
        paths = self.write(files, figures, more)
        if failed is None:
            from nfpcell.outcome import succeeded

            failed = ~succeeded(table[columns.STATUS])
            if failed.any():
                shown = [*shown, f"{failed.sum()} of {len(table)} rows failed"]
        if records is None:
            records = table.to_dict("records")
        answer(self.as_json, records, shown, paths)
        return CONDITION_FAILED if failed.any() else DONE

    def write(
        self,
        files: Mapping[str, pd.DataFrame | str | None],
        figures: Callable[[], Mapping[str, Figure]],
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> list[Path]:
        """Write tables, figures and run.json, if --out was given; return the paths."""
        if self.folder is None:
            return []
        from nfpcell.reports import run_folder

        written = {name: file for name, file in files.items() if file is not None}
        record = {**self.record, **more}
        contents: dict[str, Any] = {**written}
        if self.excel:
            tables = {n: f for n, f in written.items() if not isinstance(f, str)}
            contents[run_folder.EXCEL] = tables
        return run_folder.write(self.folder, contents, figures(), record)


def one_or_all(names: Sequence[str]) -> str | list[str]:
    """Return one name as text, and several as a list, for run.json."""
    return names[0] if len(names) == 1 else list(names)


def answer(
    as_json: bool, records: object, shown: Sequence[Any], paths: Sequence[Path] = ()
) -> None:
    """Print one JSON value, or else tables, lines and the paths of written files."""
    if as_json:
        terminal.emit_json(records)
    else:
        terminal.show(*shown, *(f"Written: {path}" for path in paths))
