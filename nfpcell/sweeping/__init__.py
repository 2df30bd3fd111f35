"""Design sweeps: many cases of a cell, each a row that is kept as soon as it is there.

``sweep_file`` checks the file, ``case_design`` makes the points, ``sweep_plan`` lists
the cases, ``sweep_case`` computes one, ``worker`` does so in a process of its own,
``dataset`` keeps the rows, ``runner`` brings them together on one machine or a Dask
cluster, ``sensitivity`` ranks the varied quantities.
"""
