"""Clients of other systems and protocols: one connection each, for what is read and what is written."""
