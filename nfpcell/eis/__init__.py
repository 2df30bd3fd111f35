"""Impedance and resistance of a cell, and what a spectrum says."""
