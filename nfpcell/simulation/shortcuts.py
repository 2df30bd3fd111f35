"""Numerics that only save time: False uses the plain way that the tests compare with.

What each saves is measured in docs/numerics.md. The fourth of them, the explicit
surface of the particles, is an argument of ``engine.built``.
"""

# Jacobian and events of the integrator as scalar programs instead of PyBaMM's nodes:
# 1.3 times as fast for ``particle`` (events), 1.2 for ``full`` (Jacobian)
SCALAR_PROGRAMS = True
# outputs along a run by one program of the states that they depend on, instead of
# PyBaMM's processed variables: 4 to 6 times as fast, 2 times a run with its curve
OUTPUT_PROGRAM = True
# spectra by continued fractions instead of a sparse factorisation at each frequency:
# 44 times as fast for ``particle``, 90 for ``full``, 4 and 14 times a whole command
CONTINUED_FRACTION = True
