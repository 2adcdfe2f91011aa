"""Bytes written by every released version of every schema, kept for ever: what is new must read what is old."""
