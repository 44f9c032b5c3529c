"""Figures of the simulated house."""
