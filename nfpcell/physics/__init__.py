"""Laws and balances: functions, each with its equation and its source."""
