"""Nothing of the solver's log reaches the screen, also without the command line."""

import os
import subprocess
import sys

import pytest

from nfpcell.simulation.constant_current import simulate
from tests.acceptance.commands import ROOT

# the smallest time step is so long that the solver gives up; the second word says
# whether its log is kept silent as the package asks
FAILING = """
import sys
import pybamm

class Failing(pybamm.IDAKLUSolver):
    def __init__(self, *arguments, options=None, **settings):
        changed = {**(options or {}), "dt_min": 1.0}
        if sys.argv[1] == "loud":
            changed["silence_sundials_errors"] = False
        super().__init__(*arguments, options=changed, **settings)

pybamm.IDAKLUSolver = Failing
import nfpcell

print(nfpcell.simulate("C", 1, model="particle")["Status"].item())
try:
    nfpcell.fit("C", sys.argv[2:], {"Contact resistance [Ohm]": (0, 40)},
                model="particle", intervals="none")
except nfpcell.FitError as error:
    print(error)
"""


@pytest.mark.slow
def test_trials_that_fail_are_silent(tmp_path):
    path = tmp_path / "discharge.csv"
    _, curves = simulate("C", 1, model="particle", curves=True)
    curves.to_csv(path, index=False)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SUNLOGGER")}
    logs = {}
    for way in ("loud", "silent"):
        done = subprocess.run(
            [sys.executable, "-c", FAILING, way, str(path)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert "the solver stopped" in done.stdout
        assert "no set of values between the bounds could be computed" in done.stdout
        logs[way] = done.stderr
    assert "IDAHandleFailure" in logs["loud"]
    assert logs["silent"] == ""
