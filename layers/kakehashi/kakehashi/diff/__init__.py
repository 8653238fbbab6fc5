"""What happened to each pupil, what to do about it, and may we: a pure function of four lists.

situations → reactions → plan → calendar → limits, and approval for plans that had to wait.
"""
