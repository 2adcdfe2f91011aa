"""Records in and out of Kafka: the Faust driver, delivered outputs, changelog, registry feed and topic administration."""
