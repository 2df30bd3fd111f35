"""Physical constants and unit conversions, each once."""

FARADAY = 96485.33212331001  # C.mol-1, CODATA 2018
GAS_CONSTANT = 8.31446261815324  # J.mol-1.K-1, CODATA 2018
ZERO_CELSIUS = 273.15  # K
SODIUM_MELTS = 98.0  # degC; 97.8 in the CRC Handbook of Chemistry and Physics
SECONDS_PER_HOUR = 3600.0
