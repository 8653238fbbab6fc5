"""How fast, and beside whom: `make bench` measures the pure stages and named peers in one run.

data.py makes two nights of the demo city; steps.py and peers.py each do one piece of work in a
fresh process; clock.py times them; page.py writes docs/benchmarks.md.
"""
