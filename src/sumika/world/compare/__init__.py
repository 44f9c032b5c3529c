"""Sets variants of one floor plan side by side before anything is built: energy, comfort, what each radar would see."""
