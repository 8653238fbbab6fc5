"""What a person rehearses once a season, on a stack of its own: `make rehearsals`, not in CI.

The same is walked in this process in CI: tests/integration, test_doctor and test_restore.
"""

from tests.e2e.conftest import stack

__all__ = ["stack"]
