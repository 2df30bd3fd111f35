"""What was asked of a command, and the one way in which every command ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import typer

from nfpcell import columns
from nfpcell.cli import parsing, terminal

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from nfpcell.cell.definition import Cell
    from nfpcell.studies.experiment import Experiment

DONE, CONDITION_FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True)
class Request:
    """
    What was asked of a command that computes.

    Attributes
    ----------
    folder : where results are written; None without --out
    as_json : whether one JSON value is printed in place of tables
    record : what run.json says before the names of the files are added
    """

    folder: Path | None
    as_json: bool
    record: Mapping[str, Any]

    @classmethod
    def read(
        cls,
        context: typer.Context,
        cells: Sequence[Cell] = (),
        experiments: Sequence[Experiment] = (),
        **names: object,
    ) -> Self:
        """
        Check --out, and record what is about to be computed.

        Parameters
        ----------
        context : of typer, which knows the command and its options
        cells, experiments : whose files are recorded, before they may change
        names : options that are recorded otherwise than they were typed; cells and
            experiments are recorded by their names in any case
        """
        options = context.params | names
        for what, loaded in (("cells", cells), ("experiments", experiments)):
            if what in options:
                options[what] = [item.name for item in loaded]
        as_json = options.pop("as_json")
        folder = parsing.folder(options.pop("out"))
        record: dict[str, Any] = {}
        if folder is not None:
            from nfpcell.reports import run_folder

            record = run_folder.record(
                str(context.info_name), options, cells, experiments
            )
        return cls(folder, as_json, record)

    def finish(
        self,
        table: pd.DataFrame,
        shown: Sequence[Any],
        figures: Callable[[], Mapping[str, Figure]],
        *,
        files: Mapping[str, pd.DataFrame | None] | None = None,
        failed: pd.Series[bool] | None = None,
        records: Any = None,
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> int:
        """
        Write the results, print them, and return the exit code.

        Parameters
        ----------
        table : one row for each result
        shown : what is printed for people: tables and lines
        figures : draws the figures, named by the stem of their files
        files : tables by the names of their files; summary.csv by default. None is
            not written
        failed : rows that decide on the exit code; those without a result by default
        records : what --json prints; the rows of the table by default
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
        files: Mapping[str, pd.DataFrame | None],
        figures: Callable[[], Mapping[str, Figure]],
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> list[Path]:
        """Write tables, figures and run.json, if --out was given; return the paths."""
        if self.folder is None:
            return []
        from nfpcell.reports import run_folder

        tables = {name: file for name, file in files.items() if file is not None}
        record = {**self.record, **more}
        return run_folder.write(self.folder, tables, figures(), record)


def answer(
    as_json: bool, records: object, shown: Sequence[Any], paths: Sequence[Path] = ()
) -> None:
    """Print one JSON value, or tables and lines and the paths that were written."""
    if as_json:
        terminal.emit_json(records)
    else:
        terminal.show(*shown, *(f"Written: {path}" for path in paths))
