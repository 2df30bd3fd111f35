"""Experiments, their scores, and other questions to the simulation."""
