"""The benchmark: one labelled load on a real Kafka, and what it costs us, four others, and a bare loop to handle it."""
