"""Array students: networks described by plain layers, run by numpy, built in torch."""
