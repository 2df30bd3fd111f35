"""The Python verbs check their arguments and refuse with one sentence."""

import numpy as np
import pytest

import nfpcell
from nfpcell.errors import NfpcellError

C = nfpcell.Cell.load("C")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: nfpcell.simulate("C"), "right would be a Cell"),
        (lambda: nfpcell.simulate([]), "right would be a Cell"),
        (lambda: nfpcell.simulate([C, "A"]), "cell 'A' is refused"),
        (lambda: nfpcell.simulate(C, rates=[]), "the list is empty"),
        (lambda: nfpcell.simulate(C, rates=[-1]), "rate -1 is refused"),
        (lambda: nfpcell.simulate(C, rates=[0]), "above 0"),
        (lambda: nfpcell.simulate(C, rates="1"), "right would be a number"),
        (lambda: nfpcell.simulate(C, rates=None), "right would be a number"),
        (lambda: nfpcell.simulate(C, rates=[float("nan")]), "rate nan is refused"),
        (lambda: nfpcell.simulate(C, rates=[True]), "rate True is refused"),
        (lambda: nfpcell.simulate(C, temperatures=[-300]), "above -273.15"),
        (lambda: nfpcell.simulate(C, direction="dischrge"), 'mean "discharge"'),
        (lambda: nfpcell.simulate(C, model="ful"), 'did you mean "full"'),
        (lambda: nfpcell.resistance("C"), "right would be a Cell"),
        (lambda: nfpcell.resistance(C, "both"), "right would be discharge or charge"),
        (lambda: nfpcell.resistance(C, depths=[1.5]), "depth of discharge 1.5"),
        (lambda: nfpcell.resistance(C, depths=[]), "the list is empty"),
        (lambda: nfpcell.resistance(C, rate=-1), "rate -1 is refused"),
        (lambda: nfpcell.score(["rate_30"]), "rate_30C"),
        (lambda: nfpcell.score(model="x"), "right would be full or particle"),
    ],
)
def test_a_bad_argument_is_refused_with_one_sentence(call, sentence):
    with pytest.raises(NfpcellError) as refused:
        call()
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_single_number_and_an_array_are_lists():
    scalars = nfpcell.simulate(C, rates=2, temperatures=30, model="particle")
    arrays = nfpcell.simulate(
        C, rates=np.array([2]), temperatures=np.array([30.0]), model="particle"
    )
    assert scalars.equals(arrays)
