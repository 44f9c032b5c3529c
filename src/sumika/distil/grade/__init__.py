"""Graders: text, maths by value, and programs that are run in a sandbox against their tests."""
