"""Lets people decide what the evidence alone does not tell, and keeps their decisions."""
