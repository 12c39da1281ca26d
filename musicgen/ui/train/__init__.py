"""The Train page: starting, watching and comparing runs.

`actions/` holds what can be done with a run. Imports: ui/shared, ui/components, ui/data.
"""
