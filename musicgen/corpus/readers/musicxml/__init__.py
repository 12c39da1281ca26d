"""MusicXML to scores: the XML tree, its bars, and their place in time. Imports: corpus.readers."""
