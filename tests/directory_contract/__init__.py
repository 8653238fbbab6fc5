"""What every directory must do, and one that lies in memory: docs/decisions/0114."""
