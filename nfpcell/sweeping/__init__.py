"""Design sweeps: many cases of a cell; each result is stored as soon as it is computed.

``sweep_file`` checks the file, ``case_design`` makes the points, ``sweep_plan`` lists
the cases, ``sweep_case`` computes one, ``worker`` runs it in a separate process,
``dataset`` stores the rows, ``runner`` runs a sweep on one machine or a Dask cluster,
``sensitivity`` computes sensitivity indices of the varied quantities. ``assumptions``
sets each assumed quantity to the ends of its range.
"""
