"""Rivals: programs that do the product's work in other engines, each as a good user of that engine would write it."""
