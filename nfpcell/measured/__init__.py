"""Files of instruments, and the half-cycles that are in them."""
