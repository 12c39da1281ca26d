"""Compose page: session, models, links, starting to compose.

form/ may import these modules; history/ and piece/ may import form/ as well. Imports: ui/data for
the choice of a collection, ui/shared, ui/components.
"""
