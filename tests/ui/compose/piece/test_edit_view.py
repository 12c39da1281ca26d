from musicgen.composing.settings import ComposeSettings
from musicgen.score import Score, notes_from
from musicgen.ui.compose.piece.edit_view import continuation_settings


def test_a_transposed_piece_is_continued_in_the_key_that_it_sounds_in():
    settings = ComposeSettings(bars=4, key="D minor", transpose=3)
    in_f_minor = Score(notes_from([(24 * n, 24, pitch) for n, pitch in enumerate((65, 68, 72))]))
    continued = continuation_settings(settings, in_f_minor, bars=12)
    assert (continued.key, continued.transpose, continued.bars) == ("F minor", 0, 12)
