"""radar."""
