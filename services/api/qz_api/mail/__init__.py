"""Mail to be sent: rows that commit with what they tell of."""
