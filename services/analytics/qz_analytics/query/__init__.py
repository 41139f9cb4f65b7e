"""The way out: one language of questions for every chart, and numbers that agree."""
