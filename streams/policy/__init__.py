"""The policy: one file that says what is required of a change, read strictly and held as a pure value."""
