"""A school year at length, with staff, through the real state machine: `make long-year`.

Not in CI. What was lived stands in a folder and is gone on with after a kill: `__main__`.
"""
