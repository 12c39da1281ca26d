"""Scores as MIDI, WAV, MusicXML, SVG, PDF and figures. Imports: score, theory, statistics."""
