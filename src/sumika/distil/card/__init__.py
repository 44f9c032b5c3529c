"""The model card: what a student is, where it comes from, what it can do and what it has cost."""
