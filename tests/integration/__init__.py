"""Do a real Kafka and a real ClickHouse agree with what the other tests assume of them?"""
