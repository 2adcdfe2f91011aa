"""Real brokers and real stores for tests, to start, stop, kill and start again."""
