"""An error a state machine knows by name."""


class TryLater(Exception):
    pass
