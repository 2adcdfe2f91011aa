"""Load: decisions as platforms would publish them, each with a label that says what a verdict on it must be."""
