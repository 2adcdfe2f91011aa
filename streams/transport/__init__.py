"""Records in and out of Kafka: the Faust driver, delivered outputs, the registry feed and topic administration."""
