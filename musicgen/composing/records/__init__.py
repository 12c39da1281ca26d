"""What is kept of a composed piece: recipe, link, saved pieces. Imports: composing.settings."""
