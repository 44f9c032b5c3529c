"""Talking to the house and its paperwork, measured: sentences, answers, papers."""
