"""The policy: what it reads, what it refuses, what it asks."""
