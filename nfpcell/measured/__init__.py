"""Half-cycles from the files of instruments.

``readers`` reads a file into a recording. ``time_series`` converts its curve to SI
units, ``segmentation`` finds the stretches of constant current, and ``extraction``
returns them as half-cycles.
"""
