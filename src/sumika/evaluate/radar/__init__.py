"""Figures of the radar chain on real recordings."""
