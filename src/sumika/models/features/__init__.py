"""What the students read, made of raw measurements: one file per kind, the same code in training and in the house."""
