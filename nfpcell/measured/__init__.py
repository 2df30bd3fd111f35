"""Files of instruments, and the half-cycles in them.

``readers`` makes a recording of a file, ``time_series`` one curve of the recording,
``segmentation`` stretches of constant current, and ``extraction`` half-cycles of those.
"""
