"""The dictionary of options that PyBaMM's models take, for these models.

PyBaMM checks names and values. What is then no choice of these models is refused in one
sentence with PyBaMM's ``OptionError``.
"""

from collections.abc import Mapping
from typing import Any

import pybamm

from nfpcell.model import mesh

# what these models always are, where it differs from PyBaMM's default
ALWAYS = {
    "working electrode": "positive",
    "contact resistance": "true",
    "calculate heat source for isothermal models": "true",
}
# their choices: PyBaMM's option and value -> keyword and value of the model
Choice = tuple[str, Any]
CHOICES: dict[str, dict[str | tuple[str, str], Choice]] = {
    "thermal": {
        "isothermal": ("thermal", "isothermal"),
        "lumped": ("thermal", "lumped"),
    },
    "surface form": {
        "differential": ("double_layers", True),
        "false": ("double_layers", False),
    },
    "open-circuit potential": {
        "single": ("with_hysteresis", False),
        "one-state hysteresis": ("with_hysteresis", True),
        # of negative and positive electrode, as PyBaMM's own tools need it
        ("single", "one-state hysteresis"): ("with_hysteresis", True),
    },
    "particle size": {
        "single": ("size_classes", 1),
        "distribution": ("size_classes", mesh.SIZE_CLASSES),
    },
    "calculate discharge energy": {
        "true": ("energies", True),
        "false": ("energies", False),
    },
}
# where another option or keyword is what the user may be looking for
INSTEAD = {"operating mode": "a step of a pybamm.Experiment"}


def keywords(
    options: Mapping[str, Any] | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Keywords of a model for a dictionary of PyBaMM's options, with the given keywords.

    Examples
    --------
    >>> keywords({"thermal": "lumped"}, {"double_layers": False})
    {'double_layers': False, 'thermal': 'lumped'}
    """
    if isinstance(options, str) or not isinstance(options, Mapping | None):
        raise pybamm.OptionError(
            f"options = {options!r} is refused; right would be a dictionary such as "
            '{"thermal": "lumped"}'
        )
    # with PyBaMM's sentence for a name or a value that it does not know either
    ours = pybamm.BatteryModelOptions(dict(ALWAYS))
    known = pybamm.BatteryModelOptions({**ALWAYS, **(options or {})})
    chosen = dict(given)
    for option in options or {}:
        value = known[option]
        choices: dict[Any, Choice | None] = {ours[option]: None}
        choices = dict(CHOICES.get(option, {})) or choices
        if value not in choices:
            right = " or ".join(
                f'"{choice}"' for choice in choices if not isinstance(choice, tuple)
            )
            if option in INSTEAD:
                right += f", and {INSTEAD[option]}"
            raise pybamm.OptionError(
                f'"{option}": {value!r} is not in these models; right would be {right}'
            )
        if (choice := choices[value]) is None:
            continue
        keyword, setting = choice
        if chosen.setdefault(keyword, setting) != setting:
            raise pybamm.OptionError(
                f'"{option}": "{value}" contradicts {keyword}={given[keyword]!r}; '
                "right would be one of the two"
            )
    return chosen


def options_of(**settings: Any) -> pybamm.BatteryModelOptions:
    """PyBaMM's options of a model with these settings of the keywords in CHOICES."""
    chosen = {
        option: value
        for option, choices in CHOICES.items()
        for value, (keyword, setting) in choices.items()
        if settings[keyword] == setting
    }
    return pybamm.BatteryModelOptions({**ALWAYS, **chosen})
