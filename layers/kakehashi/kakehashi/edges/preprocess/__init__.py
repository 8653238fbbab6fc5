"""What a roster is cleaned with, beside the roster and the rules."""
