"""The same workloads written for this project and for its peers, checked to compute the same numbers, then timed.

`python -m benchmarks --help` says how to pick rows and systems. `registry.py` says what a workload is, `workloads/`
holds them one family a file, `systems.py` what a system needs, `runner.py` and `worker.py` run them, and `report.py`
writes the results.
"""
