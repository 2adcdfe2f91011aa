"""Adapters, piece by piece: the tables, the readers of foreign fields, and what no input may do to them."""
