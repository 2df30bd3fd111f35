"""Laws and balances: plain functions, each with its equation and its source."""
