"""What a plan is made from, and what staff decided about the plans before."""
