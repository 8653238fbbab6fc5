"""Who has an account: people as the roster tells them, and as we know them since the last night."""
