"""The piece that is shown on the Compose page: player, views, downloads, edits.

Imports: ui/compose, ui/compose/form, ui/data, ui/shared, ui/components.
"""
