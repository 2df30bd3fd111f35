"""Cells: files, quantities with their sources, and derived quantities."""
