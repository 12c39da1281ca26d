"""The server's SoundFont synthesizer: a MIDI file and a SoundFont to samples."""

from __future__ import annotations

from importlib.util import find_spec

from musicgen.rendering.soundfonts.riff import BadSoundFont

_PANIC = "PanicException"  # of the synthesizer, which is written in Rust: no subclass of Exception


def has_soundfont_renderer() -> bool:
    """Whether the SoundFont synthesizer is installed; without it there are sine tones."""
    return find_spec("midirenderer") is not None


def render(soundfont: bytes, midi: bytes) -> bytes:
    """Contents of a WAV file of a MIDI file. Raises BadSoundFont where it cannot be played."""
    import midirenderer

    try:
        return bytes(midirenderer.render_wave_from(soundfont, midi))
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != _PANIC:
            raise
        raise BadSoundFont(f"the synthesizer cannot play it: {error}") from None
