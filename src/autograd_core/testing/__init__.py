"""Checks of derivatives, from anywhere: numbers, laws of calculus, and Hypothesis strategies for what they need."""
