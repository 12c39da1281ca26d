"""The form of the Compose page: settings and prompt to a request, and back.

Imports: ui/shared.
"""
