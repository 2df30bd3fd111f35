"""Written results: HTML pages, and the files of a run and of a fit.

``page`` writes the report on the paper or on cells, from ``sections`` and
``cell_sections``. ``fit_export`` writes the files of a fit, and ``run_folder`` those
of ``--out``. The HTML is in ``templates``.
"""
