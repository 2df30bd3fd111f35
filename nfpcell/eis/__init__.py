"""Impedance and resistance of a cell, and the analysis of spectra."""
