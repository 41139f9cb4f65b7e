"""Every committed change reaches Kafka, in order per key."""
