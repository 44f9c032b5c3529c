"""Figures of the spine: ring, history, replay, power cuts."""
