"""What was asked of the API: one record per call, on the topic `requests`."""
