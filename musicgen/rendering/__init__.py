"""Scores into MIDI, WAV, MusicXML and figures."""
