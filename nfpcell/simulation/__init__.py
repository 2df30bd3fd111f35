"""Runs of discretised models: curves, cycles and protocols."""
