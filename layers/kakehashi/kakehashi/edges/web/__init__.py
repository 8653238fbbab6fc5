"""What our pages in a browser share: cookies, sign-in, what is kept for hours, answers."""
