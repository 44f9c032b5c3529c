"""Examples: somebody else's house behind our controller, and a controller of your own in our houses."""
