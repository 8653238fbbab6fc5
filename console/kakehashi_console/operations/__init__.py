"""What a person does with a stack: upload, start, follow, read the result.

Nothing here knows whether the stack is embedded or deployed.
"""

from kakehashi_console.operations.executions import STAGES, Executions, order_for_drop
from kakehashi_console.operations.reach import BadUse
from kakehashi_console.operations.results import Results, RunOutcome
from kakehashi_console.operations.uploads import Uploads, csv_files

__all__ = ["STAGES", "BadUse", "Console", "RunOutcome", "csv_files", "order_for_drop"]


class Console(Uploads, Executions, Results):
    """Everything a person does, in one hand."""
