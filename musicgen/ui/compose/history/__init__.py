"""The history on the Compose page: saved pieces, their actions, comparison.

Imports: ui/shared.
"""
