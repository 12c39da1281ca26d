"""History on the Compose page: the table of saved pieces, actions on them, comparison.

Imports: ui/compose, ui/compose/form, ui/shared.
"""
