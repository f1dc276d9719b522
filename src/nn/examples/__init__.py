"""Runnable examples: ``python -m nn.examples.cnn --help``. Each trains on real data or a problem with a known answer."""
