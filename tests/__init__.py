"""Tests; helpers are imported as `tests.cases` and so on."""
