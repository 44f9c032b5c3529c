"""Simple controllers, each as good as it gets by tuning: what a planner has to beat."""
