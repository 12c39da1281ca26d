"""Form of the Compose page: from widgets, links and files to settings and a prompt, and back.

Imports: ui/compose, ui/data for the choice of a collection, ui/shared, ui/components.
"""
