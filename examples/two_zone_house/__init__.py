"""A house of two zones as an FMU: C source, description, and what compiles them."""
