"""The SoundFonts of the workspace, and the one that sounds.

home()/soundfonts/NAME/ holds the file as it was added (ORIGINAL) and, where its samples are
compressed, a copy with plain ones (PLAIN). CHOICE names the one that sounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from musicgen.bin import SOUNDFONTS, move_to_bin
from musicgen.files import new_folder, write_json
from musicgen.json_files import InvalidJson, read_json
from musicgen.limited_process import ProcessFailed, run_limited
from musicgen.paths import BadName, checked_name, home
from musicgen.progress import Progress
from musicgen.rendering.soundfonts.riff import BadSoundFont

EXTENSIONS = (".sf2", ".sf3")
MAX_SOUNDFONT_BYTES = 500 * 2**20
MAX_CHECK_SECONDS = 120.0  # of processor time
MAX_CHECK_BYTES = 4 * 2**30  # of memory; samples are there up to three times
ORIGINAL, PLAIN = "soundfont", "plain.sf2"
SHIPPED_NAME = "TimGM6mb"
CHOICE = "choice.json"


@dataclass(frozen=True)
class SoundFont:
    """A SoundFont that can be played."""

    name: str
    file: Path  # as it was added: for the browser, which plays compressed samples too
    plain: Path  # with plain samples: for the server

    @property
    def digest(self) -> str:
        """Another one whenever the file is another one."""
        status = self.file.stat()
        text = f"{self.file} {status.st_size} {status.st_mtime_ns}"
        return blake2b(text.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class _Choice:
    name: str


def shipped_soundfont() -> SoundFont:
    """The SoundFont of General MIDI instruments, a file of the package pretty_midi."""
    spec = find_spec("pretty_midi")  # importing it takes a quarter of a second
    assert spec is not None and spec.origin is not None
    path = Path(spec.origin).parent / f"{SHIPPED_NAME}.sf2"
    return SoundFont(SHIPPED_NAME, path, path)


def soundfonts_folder() -> Path:
    return home() / SOUNDFONTS


def own_soundfonts() -> list[SoundFont]:
    """Those that were added, by name."""
    folder = soundfonts_folder()
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return [font for name in names if (font := _find(name))]


def chosen_soundfont() -> SoundFont:
    """The SoundFont that sounds: that of the choice, or the shipped one where it is gone."""
    try:
        choice: _Choice = read_json(soundfonts_folder() / CHOICE, _Choice)
    except (InvalidJson, OSError):
        return shipped_soundfont()
    return _find(choice.name) or shipped_soundfont()


def choose_soundfont(name: str) -> None:
    """Have a SoundFont sound, by its name."""
    soundfonts_folder().mkdir(parents=True, exist_ok=True)
    write_json(soundfonts_folder() / CHOICE, {"name": name})


def add_soundfont(file_name: str, data: bytes, progress: Progress | None = None) -> SoundFont:
    """Add a SoundFont under the name of its file. Raises BadSoundFont, which names the file.

    It is checked in a process of its own, within MAX_CHECK_SECONDS and MAX_CHECK_BYTES.
    """
    stem, extension = Path(file_name).stem, Path(file_name).suffix
    try:
        if extension.lower() not in EXTENSIONS:
            raise BadSoundFont(f"its name ends with none of {' and '.join(EXTENSIONS)}")
        if len(data) > MAX_SOUNDFONT_BYTES:
            raise BadSoundFont(f"it is larger than {MAX_SOUNDFONT_BYTES >> 20} MiB")
        name = checked_name(stem)
        with new_folder(soundfonts_folder() / name) as folder:
            (folder / ORIGINAL).write_bytes(data)
            run_limited(
                "musicgen.rendering.soundfonts.check",
                [str(folder)],
                MAX_CHECK_SECONDS,
                MAX_CHECK_BYTES,
                progress=progress,
            )
    except FileExistsError:
        raise BadSoundFont(f"there is a SoundFont '{stem}' already") from None
    except (BadSoundFont, ProcessFailed, BadName) as error:
        raise BadSoundFont(f"{file_name[:80]} cannot be used: {error}") from None
    return SoundFont(name, *_files(soundfonts_folder() / name))


def delete_soundfont(name: str) -> None:
    """Move a SoundFont to the bin. Raises OSError where it is gone."""
    move_to_bin(soundfonts_folder() / checked_name(name), SOUNDFONTS)


def _find(name: str) -> SoundFont | None:
    try:
        file, plain = _files(soundfonts_folder() / checked_name(name))
    except BadName:
        return None
    return SoundFont(name, file, plain) if file.is_file() else None


def _files(folder: Path) -> tuple[Path, Path]:
    """The file as it was added and the one with plain samples, which may be the same."""
    plain = folder / PLAIN
    return folder / ORIGINAL, plain if plain.is_file() else folder / ORIGINAL
