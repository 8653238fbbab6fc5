"""Directories of accounts: one port, and an adapter for each service behind it."""
