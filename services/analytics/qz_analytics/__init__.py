"""From the topic of scans to a chart."""
