"""Generator of raw extracts whose true persons, behaviour and injected errors are known."""
