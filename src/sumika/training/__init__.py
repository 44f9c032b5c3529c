"""This house's students: adapters from recordings, recipes, and what they are scored on."""
