"""Fit a cell to what was measured, and say how well the data determine it.

======================  ================================================================
``free``                what may move: bounds, scale, prior
``observations``        what was measured: curves, spectra, published numbers
``misfit``              computed less measured, over its uncertainty
``descent``             least squares from several starts
``certainty``           intervals, correlations, what cannot be told apart
``plan``                a fit as a file in experiments/
``fit``                 the verb
======================  ================================================================
"""
