"""Wires the house: which nodes run, in which process, and what happens when one fails. Import its modules by name."""
