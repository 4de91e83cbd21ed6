"""Says why accounts are one customer or are not: the path of evidence, what stood in its way."""
