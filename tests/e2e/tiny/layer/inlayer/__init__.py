"""What a layer brings."""
