"""The way in: records of the topic become rows of the store, each exactly once."""
