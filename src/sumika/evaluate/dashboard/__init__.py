"""Figures of the page's server: how fast, how late, how large, with one viewer and with five."""
