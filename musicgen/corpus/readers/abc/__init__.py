"""ABC 2.1: books of tunes, lines, tokens, fields, voices, and the score that they make."""
