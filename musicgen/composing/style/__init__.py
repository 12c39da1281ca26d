"""Style of the training pieces: metre, tempo, form and key where the settings leave them open.

Imports: theory, statistics, composing.settings, composing.originality.
"""
