"""Scores to MIDI, WAV, MusicXML, PDF and Plotly figures. Imports: score, theory."""
