"""The operators' console: what people type, against any stack, deployed or embedded."""
