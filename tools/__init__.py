"""Scripts of the project: what is checked, generated and released by them."""
