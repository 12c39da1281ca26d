"""Collections that ship with the program, and how they are built. Imports: corpus, readers."""
