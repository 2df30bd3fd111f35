"""The page on theory, made of the docstrings of the laws.

Every law in ``nfpcell/physics`` with its equation, symbols, limits and source as its
docstring states them, and its picture.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType

import nfpcell.physics

DOCS = Path(__file__).parents[2] / "docs"
PAGE, FIGURES = DOCS / "theory.md", DOCS / "figures" / "theory"
# sections in the order of the page; a module that is not named comes last
ORDER = (
    *("open_circuit", "hysteresis", "diffusion", "particle", "distributions"),
    *("kinetics", "composite", "interfaces", "sodium_contact", "stripping"),
    *("composition", "recipe", "temperature", "heat", "circuit", "ragone"),
)
HEAD = """\
# Theory

Every law of the model: equation, symbols, limits, source and a picture. The page is
made of the docstrings of the functions that the model calls, by
`python -m benchmarks.theory`; a test compares the two. The pictures show the laws with
the values of Cell C.

The voltage of a cell is the open-circuit potential of the particle surfaces minus the
overpotentials of sodium, β″-alumina (bulk and grain boundaries), its interface with the
cathode, the interphase, ions and electrons in the cathode, the reaction and the
contact. [nfpcell/model/half_cell.py](../nfpcell/model/half_cell.py) puts the laws
together, [nfpcell/cell/derived.py](../nfpcell/cell/derived.py) those of the recipe. A
current is positive on discharge; the current density j of a particle is positive when
sodium leaves it. Values and sources of all quantities: `nfpcell show C`.
"""


def modules() -> list[ModuleType]:
    """The modules of the laws, in the order of the page."""
    names = [info.name for info in pkgutil.iter_modules(nfpcell.physics.__path__)]
    names = sorted(names, key=lambda n: ORDER.index(n) if n in ORDER else len(ORDER))
    return [importlib.import_module(f"nfpcell.physics.{name}") for name in names]


def laws(module: ModuleType) -> list[FunctionType]:
    """The functions of a module that state an equation, in the order of its text."""
    return [
        function
        for function in vars(module).values()
        if callable(function)
        and inspect.isfunction(inspect.unwrap(function))  # also if it is cached
        and function.__module__ == module.__name__
        and ".. math::" in _text(function)
    ]


def name_of(law: FunctionType) -> str:
    """Name of a law and of its picture, such as "kinetics.charge_transfer_current"."""
    return f"{law.__module__.rpartition('.')[2]}.{law.__name__}"


def _text(law: FunctionType) -> str:
    return inspect.getdoc(law) or ""


def _inline(text: str) -> str:
    """Roles of reStructuredText as Markdown."""
    text = re.sub(r":math:`([^`]*)`", r"$\1$", text)
    return text.replace("``", "`")


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs, equations and fields of a docstring, as Markdown."""
    for paragraph in re.split(r"\n\n+", text):
        if paragraph.startswith(".. math::"):
            equation = inspect.cleandoc(paragraph.removeprefix(".. math::").strip())
            yield f"```math\n{equation}\n```"
            continue
        # successive fields have no empty line between them
        lines = [
            re.sub(r"^:(\w+): ", r"* **\1:** ", _inline(" ".join(part.split())))
            for part in re.split(r"\n(?=:[A-Z])", paragraph)
        ]
        yield "\n".join(lines)


def _symbols(text: str) -> list[str]:
    """Rows of the table of arguments."""
    rows: list[str] = []
    for line in text.splitlines():
        if line.startswith(" "):
            rows[-1] += f" {line.strip()}"
        elif line:
            rows.append(line)
    pairs = (row.partition(" : ") for row in rows)
    cells = [f"| `{name}` | {_inline(meaning)} |" for name, _, meaning in pairs]
    return ["| argument | symbol, meaning, unit |", "|---|---|", *cells]


def _law(law: FunctionType) -> Iterator[str]:
    before, _, after = _text(law).partition("\nParameters\n----------\n")
    summary, _, rest = before.partition("\n\n")
    yield f"### {_inline(' '.join(summary.split())).rstrip('.')}"
    yield from _blocks(rest.strip())
    arguments, _, _ = after.partition("\nExamples\n--------\n")
    if arguments:
        yield "\n".join(_symbols(arguments.rstrip()))
    picture = FIGURES / f"{name_of(law)}.png"
    if picture.is_file():
        place = picture.relative_to(DOCS).as_posix()
        yield f'<img src="{place}" width="320" alt="{law.__name__}">'
    module = law.__module__.replace(".", "/")
    yield f"[`{name_of(law)}`](../{module}.py)"


def _section(module: ModuleType) -> Iterator[str]:
    title, _, rest = (inspect.getdoc(module) or "").partition("\n\n")
    yield f"## {_inline(title).rstrip('.')}"
    if rest:
        yield from _blocks(rest)
    for law in laws(module):
        yield from _law(law)


def page() -> str:
    """The text of the page."""
    parts = [HEAD.rstrip()]
    for module in modules():
        if laws(module):
            parts += _section(module)
    return "\n\n".join(parts) + "\n"
