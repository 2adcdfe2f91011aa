"""Seeded worlds that are unkind to the core and to the protocol of its shell, and planted bugs that must be noticed."""
