"""Records of composed pieces: recipe, link, history on disk. Imports: composing.settings."""
