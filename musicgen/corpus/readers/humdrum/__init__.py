"""Humdrum to scores: verovio places the notes, a look at the tokens checks that none is lost."""
