"""What is written for people: pages of HTML, the files of a run and of a fit.

``page`` writes the report on the paper or on cells, of the sections in ``sections`` and
``cell_sections``; ``fit_export`` writes what a fit gives, ``run_folder`` what ``--out``
gives. The HTML is in ``templates``.
"""
