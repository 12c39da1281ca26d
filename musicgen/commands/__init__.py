"""What each command of the command line does: options in, an answer out."""
