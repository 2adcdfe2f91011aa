"""The two ends of every wire: records as values inside, as Avro, CloudEvents JSON and headers outside."""
