"""Estimates about the people in a room, one file each; pure steps that know messages and nothing else."""
