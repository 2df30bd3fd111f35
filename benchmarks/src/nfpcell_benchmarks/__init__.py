"""Benchmarks: against the paper, against mathematics and against other programs.

``accuracy`` and ``speed`` make the tables of ``nfpcell benchmark``. The other modules
hold the cases that are timed and the models that nfpcell is compared with.
"""
