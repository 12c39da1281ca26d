"""What a page says, for tests."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def texts(page: AppTest) -> str:
    """All that the page says in words, for a look at what is there."""
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error, page.success)
    return "\n".join(str(each.value) for kind in kinds for each in kind)


def numbers(page: AppTest) -> dict[str, str]:
    """The page's metrics by label."""
    return {each.label: each.value for each in page.metric}
