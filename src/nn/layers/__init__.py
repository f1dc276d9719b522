"""Layers: modules with PyTorch's names, parameters, shapes, defaults and initial distributions, one family a file."""
