"""Parts that several pages share: page frame, text, background tasks, tables.

Imports: streamlit, the core.
"""
