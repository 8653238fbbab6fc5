"""What a person does with a stack: upload, start, follow, read the result.

Nothing here knows whether the stack is embedded or deployed.
"""

from local.console.executions import STAGES, Executions, order_for_drop
from local.console.reach import BadUse
from local.console.results import Outcome, Results
from local.console.uploads import Uploads, csv_files

__all__ = ["STAGES", "BadUse", "Console", "Outcome", "csv_files", "order_for_drop"]


class Console(Uploads, Executions, Results):
    """Everything a person does, in one hand."""
