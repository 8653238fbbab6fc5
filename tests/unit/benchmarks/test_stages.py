"""What a night's functions cost is read from their processes, and from no others."""

from __future__ import annotations

from pathlib import Path

from benchmarks.stages import TICKS, Cost, costs

HOME = Path("/home/of/the/stack")


def a_process(
    folder: Path, function: str, *, seconds: int, peak_mb: int, home: Path = HOME
) -> None:
    folder.mkdir()
    environment = f"HOME={home}\0AWS_LAMBDA_FUNCTION_NAME=kakehashi-{function}\0odd\0"
    (folder / "environ").write_text(environment)
    before, after = "R 1 1 1 0 -1 0 0 0 0 0", "0 0 20 0"
    stat = f"{folder.name} (py (x) y) {before} {seconds * TICKS} {TICKS} {after}"
    (folder / "stat").write_text(stat)
    (folder / "status").write_text(f"Name:\tpy\nVmHWM:\t{peak_mb * 1000} kB\n")


def test_all_processes_of_a_function_count_and_the_largest_is_its_peak(tmp_path: Path) -> None:
    a_process(tmp_path / "7", "deliver", seconds=2, peak_mb=90)
    a_process(tmp_path / "8", "deliver", seconds=4, peak_mb=80)
    a_process(tmp_path / "9", "report", seconds=1, peak_mb=70)
    a_process(tmp_path / "10", "report", seconds=50, peak_mb=500, home=Path("/another"))
    (tmp_path / "self").mkdir()
    (tmp_path / "11").mkdir()  # ended meanwhile
    found = sorted(costs(HOME, tmp_path), key=lambda cost: cost.stage)
    assert found == [Cost("deliver", 8.0, 90.0), Cost("report", 2.0, 70.0)]
