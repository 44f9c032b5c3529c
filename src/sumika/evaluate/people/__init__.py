"""Figures of what is known of people: every student, and what it adds up to in a house."""
