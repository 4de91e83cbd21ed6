"""The drawn world: who people are and what they do, as arrays."""
