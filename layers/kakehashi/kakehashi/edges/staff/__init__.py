"""The staff page at its edges: who is signed in, posts, the record, and what is done there."""
