"""Distillation: any teacher, a small student, the card and the bill. Knows nothing of houses."""
