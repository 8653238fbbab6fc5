"""Microsoft 365: who we are to it, the wire, accounts, groups."""
