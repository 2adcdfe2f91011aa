"""Golden files: what real events look like, and the evidence that each of them becomes. Written by `make golden`."""
