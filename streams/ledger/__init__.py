"""The ledger: every topic with a schema of ours into ClickHouse, each record once, whatever stops in between."""
