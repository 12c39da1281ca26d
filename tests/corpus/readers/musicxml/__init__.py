"""MusicXML: what each of its elements means."""
