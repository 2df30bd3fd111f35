"""The benchmark suite: how near to the paper, how near to exact, and how fast.

``accuracy`` holds every published number against the computed one and against what was
met before, ``speed`` does the same work as other programs in one process, ``peers`` is
that work in their words, ``convergence`` is error over cost.
"""
