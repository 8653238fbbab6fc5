"""A tool's side of the world: what it took last, where its files are put, what it answers."""
