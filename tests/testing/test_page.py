"""The page about testing tells the truth: its examples run."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


def test_the_examples_of_the_page_run():
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.testfile(str(PAGE), module_relative=False, optionflags=flags)
    assert result.attempted > 15
    assert result.failed == 0


def test_the_page_names_every_strategy_domain_and_law():
    from autograd_core.testing import domains, laws, strategies

    text = PAGE.read_text(encoding="utf-8")
    helpers = {"domains", "fit", "joined", "operands"}
    for name in [*domains.DOMAINS, *laws.__all__, *(s for s in strategies.__all__ if s not in helpers)]:
        assert f"`{name}" in text or f".{name}" in text, name
