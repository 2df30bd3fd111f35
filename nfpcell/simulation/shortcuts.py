"""Switches of faster numerics. False selects the reference that the tests compare with.

docs/numerics.md has the measured times. A fourth switch, the explicit surface of the
particles, is an argument of ``engine.built``.
"""

# Jacobian and events of the integrator as scalar programs instead of PyBaMM's nodes:
# 1.3 times as fast for ``particle`` (events), 1.2 for ``full`` (Jacobian)
SCALAR_PROGRAMS = True
# outputs along a run by one program of the states on which they depend, instead of
# PyBaMM's processed variables: 4 to 6 times as fast; a run with its curve 2 times
OUTPUT_PROGRAM = True
# spectra by continued fractions instead of a sparse factorisation at each frequency:
# 44 times as fast for ``particle``, 90 for ``full``; a whole command 4 and 14 times
CONTINUED_FRACTION = True
