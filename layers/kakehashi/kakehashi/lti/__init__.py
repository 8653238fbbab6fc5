"""LTI 1.3, the platform side: pupils start learning tools from the city's own data.

What may be launched, what a tool is told, and what is refused. Nothing here knows HTTP, keys or
AWS: ``functions/launch`` asks, and carries out the answers.
"""
