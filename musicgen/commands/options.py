"""Options of the commands `runs`, `train` and `compose`."""

from __future__ import annotations

import argparse
from pathlib import Path

from musicgen.corpus.time_choice import TIME_CHOICES
from musicgen.encoding.parts.encoding import OPTIONAL
from musicgen.encoding.registry import ENCODINGS
from musicgen.models.settings import KINDS
from musicgen.training.settings import NUMBER_FORMATS


def add_run_actions(
    parser: argparse.ArgumentParser, parser_class: type[argparse.ArgumentParser]
) -> None:
    """Actions of `runs`; without one it lists all runs."""
    actions = parser.add_subparsers(dest="action", parser_class=parser_class, metavar="ACTION")

    def add(name: str, command: str, description: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, help=description, description=description)
        # Without SUPPRESS its default would replace a --json before the action.
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
        action.set_defaults(command=command)
        if name != "import":
            action.add_argument("run", metavar="NAME")
        return action

    add("stop", "runs.stop", "Save and stop the training, or cancel it while it waits.")
    rename = add("rename", "runs.rename", "Rename a run.")
    rename.add_argument("new", metavar="NEW", help="its new name")
    delete = add("delete", "runs.delete", "Move a run to the bin for 30 days; asks first.")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    export = add("export", "runs.export", "Write a run to a zip, a .keras file or a folder.")
    export.add_argument(
        "--hugging-face", action="store_true",
        help="write a folder with a model card, as the Hugging Face Hub takes it",
    )  # fmt: skip
    export.add_argument("--out", type=Path, required=True, metavar="FILE.zip|FILE.keras|FOLDER")
    import_ = add("import", "runs.import_", "Import a run from a zip.")
    import_.add_argument("file", metavar="FILE.zip")


def add_time_option(parser: argparse._ActionsContainer) -> None:
    """Option of commands that read music: whether it is in beats or played freely, in seconds."""
    parser.add_argument(
        "--time",
        choices=TIME_CHOICES,
        default="auto",
        help="whether notes lie on beats, or were played freely; default: recognised",
    )


def add_split_option(parser: argparse.ArgumentParser) -> None:
    """Option of `train` and `evaluate`: which pieces are held out."""
    parser.add_argument(
        "--split-from",
        metavar="RUN_OR_FILE",
        help="pieces on the sides where a run has them, or a JSON file; default: by the notes, "
        "and for a run that exists as it was trained",
    )


def add_prepare_options(parser: argparse.ArgumentParser) -> None:
    """Options of `prepare`."""
    parser.add_argument("source", help="a collection's name, a file, a folder or a zip")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder, or one begun")
    parser.add_argument("--encoding", choices=ENCODINGS, default="events")
    parser.add_argument(
        "--shard", default="1/1", metavar="I/N", help="read only every N-th unit, as machine I of N"
    )
    parser.add_argument(
        "--processes", type=int, metavar="P", help="at once on this machine; default: its cores"
    )
    add_time_option(parser)


def add_train_options(parser: argparse.ArgumentParser) -> None:
    """Options of `train`. None means the default of the model or of the run."""
    parser.add_argument("source", nargs="?", help="a collection's name, a file, a folder or a zip")
    parser.add_argument("--run", required=True, metavar="NAME", help="name of the run")
    add_time_option(parser)
    parser.add_argument("--start-from", metavar="CHECKPOINT", help="start with its weights")
    parser.add_argument("--fine-tune", metavar="RUN", help="start from a run, with its settings")
    parser.add_argument("--resume", action="store_true", help="resume the run of that name")
    workers = parser.add_argument_group(
        "several machines, which share the folders of music and runs"
    )
    workers.add_argument(
        "--workers", metavar="HOST:PORT,HOST:PORT", help="addresses of all; default: of TF_CONFIG"
    )
    workers.add_argument(
        "--worker", type=int, default=0, metavar="I", help="which one this is; 0 begins the run"
    )
    add_split_option(parser)
    _add_model_options(parser.add_argument_group("model"))
    _add_fit_options(parser.add_argument_group("training"))


def _add_model_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--model", choices=KINDS, help="default: lstm")
    group.add_argument(
        "--encoding",
        choices=ENCODINGS,
        help="default: parts for music of several parts or drums, else events; notes for classic",
    )
    group.add_argument(
        "--leave-out", action="append", choices=OPTIONAL, default=[], metavar="FEATURE",
        help=f"what a new model of parts does not see: {', '.join(OPTIONAL)}; may be repeated",
    )  # fmt: skip
    group.add_argument("--width", type=int, help="units of a layer")
    group.add_argument("--layers", type=int, help="number of layers")
    group.add_argument("--heads", type=int, help="attention heads of a transformer")
    group.add_argument("--context", type=int, help="steps that a transformer attends to")
    group.add_argument("--dropout", type=float, metavar="SHARE", help="of the units, in training")


def _add_fit_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--epochs", type=int, help="maximum number of epochs")
    group.add_argument("--minutes", type=float, help="maximum time of training")
    group.add_argument("--batch-size", type=int, help="windows of a batch")
    group.add_argument("--length", type=int, help="steps of a window")
    group.add_argument("--learning-rate", type=float, help="maximum of the schedule")
    group.add_argument("--weight-decay", type=float)
    group.add_argument(
        "--average", type=float, metavar="DECAY", help="of averaged weights, such as 0.998; 0: none"
    )
    group.add_argument(
        "--label-smoothing", type=float, metavar="SHARE", help="spread over all values of a target"
    )
    group.add_argument("--valid-share", type=float, help="share of the pieces for validation")
    group.add_argument("--test-share", type=float, help="share of the pieces for the test")
    group.add_argument(
        "--patience", type=int, help="epochs without progress before it stops; 0: no limit"
    )
    group.add_argument("--seed", type=int, help="seed of all randomness")
    group.add_argument("--devices", type=int, help="maximum number of GPUs; 0: all")
    group.add_argument(
        "--number-format", choices=NUMBER_FORMATS,
        help="fastest: half precision where the hardware has it; float32: several workers have the "
        "losses of one process",
    )  # fmt: skip


def add_compose_options(parser: argparse.ArgumentParser) -> None:
    """Options of `compose`. None means the default of `ComposeSettings`."""
    parser.add_argument(
        "checkpoint", help="a run's name, a checkpoint's folder, or NAME@n-gram for the baseline"
    )
    _add_file_options(parser.add_argument_group("files"))
    _add_sampling_options(parser.add_argument_group("sampling"))
    _add_music_options(parser.add_argument_group("music"))
    _add_structure_options(parser.add_argument_group("structure"))


def _add_file_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--out", type=Path, required=True, metavar="PIECE.mid")
    group.add_argument("--wav", type=Path, metavar="PIECE.wav", help="the sound as well")
    group.add_argument("--musicxml", type=Path, metavar="PIECE.musicxml", help="the score as well")
    group.add_argument("--pdf", type=Path, metavar="PIECE.pdf", help="the printed score as well")
    group.add_argument(
        "--like", type=Path, metavar="FILE.mid", help="use the settings of a piece composed here"
    )
    begin = group.add_mutually_exclusive_group()
    begin.add_argument("--primer", type=Path, metavar="FILE", help="a piece to continue")
    begin.add_argument(
        "--melody", type=Path, metavar="FILE", help="a melody to compose other parts for"
    )
    group.add_argument(
        "--given",
        metavar="PARTS",
        help="parts of the melody's file that are given, by name or number: Soprano,2; "
        "default: the melody alone",
    )
    group.add_argument(
        "--rewrite",
        dest="infill_bars",
        metavar="BARS",
        help="compose these bars again, such as 5-8, of the file of --melody, --primer or --like",
    )
    add_time_option(group)


def _add_sampling_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--variations", type=int, help="number of pieces")
    group.add_argument("--seed", type=int, help="seed of all randomness")
    group.add_argument(
        "--temperature",
        type=float,
        help="0 takes the most likely value always; by default the model's own",
    )
    group.add_argument("--top-k", type=int, help="sample from the K most likely values; 0: all")
    group.add_argument("--top-p", type=float, help="sample from the most likely values up to P")
    group.add_argument(
        "--best-of", type=int, default=0, metavar="N", help="compose N pieces, write the best"
    )
    group.add_argument(
        "--max-copy", type=int, metavar="N", help="longest copied passage, in notes; 0: no limit"
    )


def _add_music_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--key", help="such as 'D minor'; default any")
    group.add_argument("--metre", help="such as 3/4")
    group.add_argument("--tempo", type=float, help="quarter notes a minute")
    group.add_argument("--program", type=int, help="General MIDI instrument, 0 to 127")
    group.add_argument("--lowest", metavar="NOTE", help="lowest note: C3, or 48 in MIDI")
    group.add_argument("--highest", metavar="NOTE", help="highest note")
    group.add_argument("--span", type=int, metavar="N", help="semitones from lowest to highest")
    group.add_argument("--density", type=float, help="notes: -3 (few) to 3 (many); default 0")
    group.add_argument(
        "--grid", help="where notes begin and end: any, 16th, triplet, 8th or quarter"
    )
    group.add_argument("--silence", type=float, metavar="QUARTERS", help="longest silence")
    group.add_argument(
        "--transpose", type=int, metavar="N", help="semitones; default to a common key"
    )
    group.add_argument(
        "--parts",
        metavar="N",
        help="voices of one note at a time; 0: chords. With --rewrite: names of the parts that "
        "are composed again",
    )
    group.add_argument("--chords", help="a progression, over and over: 'C Am F G', 'C | Dm7 G7'")
    group.add_argument(
        "--chord-strength", type=float, metavar="X", help="0 to 3: keep to the chords; default 1"
    )
    group.add_argument(
        "--particles", type=int, metavar="K", help="drawn at once for the critic; default 8, 1: off"
    )
    group.add_argument(
        "--counterpoint", type=float, metavar="X", help="0 to 3: avoid clashes and parallels"
    )


def _add_structure_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--bars", type=int, help="length of a piece in bars; of performances, 2 seconds each"
    )
    group.add_argument("--notes", type=int, help="maximum number of notes")
    group.add_argument(
        "--pickup", type=float, metavar="QUARTERS", help="upbeat; default as in the collection"
    )
    group.add_argument(
        "--form", metavar="LETTERS", help="a letter per bar; equal letters repeat a bar"
    )
    group.add_argument("--endings", type=int, help="number of endings to choose from; 0: none")
