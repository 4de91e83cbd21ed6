"""Scores a build against the generator's truth: what was injected, what was caught."""
