"""A person's own collections on disk: importing, adding, renaming, deleting. Imports: corpus."""
