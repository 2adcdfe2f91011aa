"""The product as a pure function: no I/O, no clock, no randomness; time arrives as data."""
