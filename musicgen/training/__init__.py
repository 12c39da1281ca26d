"""The training process, its run folder, its progress."""
