"""The Train page: starting, watching, comparing and managing runs.

Imports: ui/shared, ui/components.
"""
