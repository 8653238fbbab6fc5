"""One shard of a plan carried out: accounts, state and results kept in step."""
