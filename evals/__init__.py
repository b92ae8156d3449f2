"""Evals: cases as data, generating apart from scoring, scoring as pure functions."""
