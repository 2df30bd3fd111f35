"""Models built once and run many times: curves, cycles, protocols."""
