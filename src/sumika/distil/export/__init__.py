"""Students in the forms that others run."""
