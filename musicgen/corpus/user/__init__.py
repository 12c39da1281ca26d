"""The user's own collections on disk: import, upload, rename, delete. Imports: corpus, readers."""
