"""Design sweeps: many cases of a cell, each a row that is kept as it comes.

``plan`` reads the file and lists the cases, ``case`` computes one, ``lane`` does so in
a process of its own that may hang or crash, ``dataset`` keeps the rows, ``run`` brings
them together on one machine or a Dask cluster, ``sensitivity`` says what mattered.
"""
