"""Microsoft 365 through Microsoft Graph v1.0: the only room that knows its words. Pure: no wire."""
