"""The strict base of every file schema, and the schema of a cell file."""

from typing import Annotated, Literal, NamedTuple, get_args

import pydantic

from nfpcell.cell.validation import TEMPERATURES


class StrictModel(pydantic.BaseModel):
    """A table of a file. Unknown keys and values of a wrong type are refused."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)


Text = Annotated[str, pydantic.Field(min_length=1, pattern=r"\S")]
Number = pydantic.FiniteFloat
Positive = Annotated[Number, pydantic.Field(gt=0)]
Fraction = Annotated[Number, pydantic.Field(ge=0, le=1)]


def _celsius(value: float) -> float:
    if value not in TEMPERATURES:
        raise ValueError(TEMPERATURES.right(value))
    return value


Temperature = Annotated[Number, pydantic.AfterValidator(_celsius)]  # degC

_Ends = Annotated[list[Number], pydantic.Field(min_length=2, max_length=2)]

Kind = Literal["measured", "derived", "literature", "fitted", "assumed"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DiffusionLaw = Literal["falling", "constant", "thermodynamic"]
DIFFUSION_LAWS: tuple[DiffusionLaw, ...] = get_args(DiffusionLaw)
SodiumContact = Literal["unlimited", "pressure-limited"]
SODIUM_CONTACTS: tuple[SodiumContact, ...] = get_args(SodiumContact)
Scale = Literal["log", "linear"]  # of a fitted quantity
Layout = Literal["half-cell", "cathode-symmetric", "anode-symmetric"]


class Parts(NamedTuple):
    """Number of anodes, separators and cathodes in a cell."""

    anode: int
    separator: int
    cathode: int


LAYOUTS: dict[Layout, Parts] = {
    "half-cell": Parts(1, 1, 1),
    "cathode-symmetric": Parts(0, 1, 2),
    "anode-symmetric": Parts(2, 1, 0),
}


class QuantityEntry(StrictModel):
    """One quantity of a cell file."""

    value: Number
    kind: Kind
    source: Text
    note: str = ""
    # published numbers that the value was fitted to, or set by hand with
    targets: Annotated[list[Text], pydantic.Field(min_length=1)] | None = None
    interval: _Ends | None = None  # 95 % confidence interval
    range: _Ends | None = None  # possible values


class LawChoice(StrictModel):
    """The laws of a cell and the arrangement of its parts."""

    diffusion: DiffusionLaw | None = None
    sodium_contact: SodiumContact | None = None
    layout: Layout | None = None


_List = Annotated[list[Number], pydantic.Field(min_length=1)]


class CovarianceEntry(StrictModel):
    """The covariance of fitted quantities; all lists have the order of the names."""

    names: Annotated[list[Text], pydantic.Field(min_length=1)]
    scales: list[Scale]  # "log": the matrix is that of natural logarithms
    lower: _List  # bounds of the fit
    upper: _List
    matrix: Annotated[list[_List], pydantic.Field(min_length=1)]


class CellFile(StrictModel):
    """The content of a file in parameter_sets/."""

    title: Text
    based_on: Text | None = None
    laws: LawChoice = LawChoice()
    sources: dict[str, Text] = {}
    quantities: dict[str, QuantityEntry] = {}
    covariance: CovarianceEntry | None = None
