"""Experiments and their scores, recipe steps, other chemistries, the liquid cell."""
