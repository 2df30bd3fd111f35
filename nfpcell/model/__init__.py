"""The equations as a PyBaMM model, and what PyBaMM asks of it."""
