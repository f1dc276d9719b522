# Every target works on a machine with only Python >= 3.11 and make: the first run builds the environment it needs.
# `make test PYTHON=python3.13` chooses the interpreter, `make test ARGS="tests/test_graph.py -x"` passes arguments on.

PYTHON ?= python3
ARGS ?=

PIP := -m pip install --quiet --disable-pip-version-check --editable
# One BLAS thread a process: pytest-xdist already fills the cores, results do not depend on the machine, and on a busy one two
# threads of BLAS wait for each other (the demo: 9 s an epoch with one, minutes with two).
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

# Tests of random programs, which `make parity` runs on more examples than `make test` does.
LONG := tests/testing/test_strategies.py

.PHONY: help demo test lint types bench parity notebooks explore clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

# An environment is made once; a stamp in it says that a set of extras is installed, and ages with pyproject.toml.
.venv/.made .venv-parity/.made .venv-bench/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(@D)
	@touch $@

.venv/.demo: .venv/.made pyproject.toml
	.venv/bin/python $(PIP) '.[train,data,viz,files]'
	@touch $@

.venv/.dev: .venv/.made pyproject.toml
	.venv/bin/python $(PIP) '.[dev]'
	@touch $@

.venv-parity/.parity: .venv-parity/.made pyproject.toml
	.venv-parity/bin/python $(PIP) '.[parity]'
	@touch $@

.venv-bench/.bench: .venv-bench/.made pyproject.toml
	.venv-bench/bin/python $(PIP) '.[bench]'
	@touch $@

demo: .venv/.demo  ## train the convolutional network on real digits; writes runs/cnn
	$(ONE_THREAD) .venv/bin/python -m nn.examples.cnn $(ARGS)

test: .venv/.dev  ## run tests, doctests and notebooks
	$(ONE_THREAD) .venv/bin/python -m pytest -n auto --dist worksteal --ignore=tests/parity $(ARGS)

lint: .venv/.dev  ## check format and style
	.venv/bin/ruff format --check
	.venv/bin/ruff check

types: .venv/.dev  ## check types
	.venv/bin/mypy

explore: .venv/.dev  ## run the property tests on random examples
	$(ONE_THREAD) .venv/bin/python -m pytest -n auto --dist worksteal --ignore=tests/parity --hypothesis-profile=explore tests $(ARGS)

notebooks: .venv/.dev  ## execute the notebooks and store their outputs
	$(ONE_THREAD) .venv/bin/python notebooks/execute.py --write $(ARGS)

parity: .venv-parity/.parity  ## compare with PyTorch and JAX; more random programs
	.venv-parity/bin/python -m benchmarks --check --no-scaling --systems torch,jax,ours
	$(ONE_THREAD) .venv-parity/bin/python -m pytest -n auto --dist worksteal tests/parity $(LONG) --hypothesis-profile=long $(ARGS)

bench: .venv-bench/.bench  ## time the workloads against peers; writes benchmarks/results
	.venv-bench/bin/python -m benchmarks $(ARGS)

clean:  ## remove environments, caches and what the examples wrote
	rm -rf .venv .venv-parity .venv-bench .hypothesis notebooks/.hypothesis .mypy_cache .pytest_cache .ruff_cache build dist runs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
