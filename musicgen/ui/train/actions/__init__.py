"""Actions on a run: stop, resume, continue, fine-tune, rename, delete, share.

Imports: ui/shared, ui/data, ui/train.
"""
