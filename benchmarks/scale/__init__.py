"""Collections of up to 100,000 files: how preparing, training and the pages grow."""
