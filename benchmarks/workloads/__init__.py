"""The workloads, one family a file; each file enters its own into the registry."""
