"""Tables for the terminal: columns, entries, and tables that are never too wide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nfpcell import columns
from nfpcell.cell import units
from nfpcell.errors import escaped
from nfpcell.number_format import is_known

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console, ConsoleOptions
    from rich.table import Table

# an entry that may be broken anywhere gets at least this width
FOLDED_WIDTH = 14
# blanks between two columns
GAP = 2
Row = Mapping[Any, Any]
Wrap = Literal["words", "never", "fold", "wide"]


@dataclass(frozen=True)
class Column:
    """A column of a printed table."""

    heading: str  # "[]" is where the unit of the record's key is shown
    value: str | Callable[[Any], Any]  # a key of the record, or a function of it
    form: str = ""  # format of a number; empty for text
    # where a long text is broken: between words, never or anywhere ("fold"); "wide"
    # takes all the width that is left
    wrap: Wrap = "words"

    @property
    def quantity(self) -> units.Shown | None:
        """The quantity in the units that were chosen, if the heading has a unit."""
        if "[]" not in self.heading or not isinstance(self.value, str):
            return None
        return units.shown(self.value)

    @property
    def title(self) -> str:
        """The heading with the unit."""
        quantity = self.quantity
        if quantity is None:
            return self.heading
        return self.heading.replace("[]", f"[{quantity.printed}]")

    @property
    def header_wrap(self) -> Wrap:
        """How entries are broken; a unit between words is not."""
        is_unit = "[]" in self.heading and self.wrap == "words"
        return "never" if is_unit else self.wrap

    def text(self, row: Any) -> Any:
        """Return the entry of a row; a dash where a number is unknown."""
        value = row[self.value] if isinstance(self.value, str) else self.value(row)
        if isinstance(value, str):
            return escaped(value)
        if not self.form:
            return value
        if not is_known(value):
            return "-"
        quantity = self.quantity
        return format(quantity.value(value) if quantity else value, self.form)


_WRAP: dict[Wrap, dict[str, Any]] = {
    "words": {},
    "never": {"no_wrap": True},
    "fold": {"overflow": "fold"},
    "wide": {"ratio": 1},
}


@dataclass(frozen=True)
class PrintedTable:
    """
    A table of plain text.

    Where its columns have no room side by side, it is printed in parts below each
    other, each with the first column.
    """

    columns: tuple[Column, ...]
    titles: tuple[str, ...]
    rows: tuple[str | tuple[Any, ...], ...]  # text is a subheading
    failed: tuple[bool, ...]  # these rows are red

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[Table | str]:
        for number, places in enumerate(self._parts(options.max_width)):
            if number:
                yield ""
            yield self._table(places)

    def _parts(self, width: int) -> list[list[int]]:
        """Places of the columns of each part; the first column is in all of them."""
        first = self._least_width(0)
        parts, used = [[0]], first
        for place in range(1, len(self.columns)):
            least = GAP + self._least_width(place)
            if used + least > width and len(parts[-1]) > 1:
                parts.append([0])
                used = first
            parts[-1].append(place)
            used += least
        return parts

    def _least_width(self, place: int) -> int:
        """Width in which neither a number nor a word of the column is broken."""
        column = self.columns[place]
        entries = [row[place] for row in self.rows if not isinstance(row, str)]
        texts = [
            line
            for entry in entries
            if isinstance(entry, str)
            for line in entry.splitlines()
        ]
        lines = self.titles[place].split("\n")
        if column.header_wrap == "words":
            lines = self.titles[place].split()
        if not column.form and column.wrap != "never":
            texts = [word for text in texts for word in text.split()]
        longest = max(map(len, texts), default=0)
        if column.wrap in ("fold", "wide"):
            longest = min(longest, FOLDED_WIDTH)
        return max(longest, *map(len, lines), 1)

    def _table(self, places: Sequence[int]) -> Table:
        from rich import box
        from rich.table import Table

        expand = any(self.columns[place].wrap == "wide" for place in places)
        table = Table(
            box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, expand=expand
        )
        for place in places:
            column = self.columns[place]
            table.add_column(
                self.titles[place],
                justify="right" if column.form else "left",
                **_WRAP[column.header_wrap],
            )
        for row, failed in zip(self.rows, self.failed, strict=True):
            if isinstance(row, str):
                table.add_section()
                table.add_row(row, style="bold")
            else:
                entries = (row[place] for place in places)
                table.add_row(*entries, style="red" if failed else None)
        return table


def render(
    table_columns: Sequence[Column],
    rows: Iterable[Any],
    failed: Sequence[bool] | None = None,
) -> PrintedTable:
    """Return a table of plain text, with failed rows in red; text is a subheading."""
    entries = tuple(
        row if isinstance(row, str) else tuple(one.text(row) for one in table_columns)
        for row in rows
    )
    titles = tuple(escaped(column.title) for column in table_columns)
    red = tuple(map(bool, failed)) if failed is not None else (False,) * len(entries)
    return PrintedTable(tuple(table_columns), titles, entries, red)


def results(table_columns: Sequence[Column], table: pd.DataFrame) -> PrintedTable:
    """Return a table of results, with rows without a result in red."""
    from nfpcell.outcome import succeeded

    failed = ~succeeded(table[columns.STATUS])
    return render(table_columns, table.to_dict("records"), list(failed))


def in_units(row: Row, *keys: str) -> dict[str, Any]:
    """Return a row with these values of the quantity "Name" in the chosen units.

    It also has the "Quantity" without its unit, and the "Unit" as printed.
    """
    known = {key: row[key] for key in keys if is_known(row[key])}
    shown = units.shown(row["Name"], max(map(abs, known.values()), default=0.0))
    values = {key: shown.value(value) for key, value in known.items()}
    return {**row, **values, "Quantity": shown.base, "Unit": shown.printed}
