"""What run and score do with a file of kind held_out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import nfpcell
from nfpcell import columns
from nfpcell.cli import score_tables, terminal
from nfpcell.cli.request import Request
from nfpcell.errors import refusal

if TYPE_CHECKING:
    import typer


def command(
    context: typer.Context,
    name_or_path: str,
    model: str,
    changed: Mapping[str, float],
    draws: int | None = None,
    *,
    score: bool = False,
) -> int:
    """Compute held-out numbers with their bands; ``score``: exit 1 if one is missed."""
    if changed:
        what = f"{name_or_path} states the values of its cells itself"
        raise refusal("--set or a cut-off", what, "an experiment of another kind")
    with terminal.silent_output():
        from nfpcell.studies import held_out
        from nfpcell.studies.held_out_file import HeldOut

        chosen = HeldOut.load(name_or_path)
        cells = held_out.cells(chosen)
    option = "experiments" if "experiments" in context.params else "experiment"
    names = {} if option == "experiments" else {option: chosen.name}
    request = Request.read(context, cells, [chosen], **names)
    with terminal.computing("Numbers") as progress:
        table = held_out.score(chosen, draws or held_out.DRAWS, model, progress)
    met = table[columns.MET].astype(bool)
    result = table[columns.COMPUTED].notna()
    return request.finish(
        table,
        [score_tables.held_out(table), held_out.sentence(table)],
        lambda: {"held_out": nfpcell.plot.held_out(table)},
        failed=~met if score else ~result,
    )
