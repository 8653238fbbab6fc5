"""What a piece of work says at its end. It imports nothing: it is in every process measured."""

from __future__ import annotations


def tell(answer: int) -> None:
    """The answer and the peak memory. VmHWM is this process's own, not its parent's."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - pathlib costs 10 ms
        peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
    print(f'{{"peak_kb": {peak}, "answer": {answer}}}')
