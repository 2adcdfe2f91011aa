"""Chaos: real workers on real Kafka and ClickHouse, killed, paused and starved, held to what a calm run says."""
