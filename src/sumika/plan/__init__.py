"""Plans for the whole house, and the plain rules that stand in for them."""
