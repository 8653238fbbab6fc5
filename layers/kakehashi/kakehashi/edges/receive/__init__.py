"""What starts a run: uploads in the inbox, and the orders of people."""
