"""What only this machine has: commands for the embedded stack, the fake tenant, the demo city."""
