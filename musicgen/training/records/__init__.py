"""What people keep of a run beside its results: notes, tags, curves for other programs."""
