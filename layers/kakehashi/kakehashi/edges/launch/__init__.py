"""Pupils at the launcher, and tools at its services: sessions, keys, pages."""
