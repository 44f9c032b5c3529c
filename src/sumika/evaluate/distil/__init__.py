"""Figures of the distillation."""
