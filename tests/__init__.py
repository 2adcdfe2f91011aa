"""The proofs: what each folder asks is in its own first line."""
