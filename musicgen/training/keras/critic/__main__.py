"""`python -m musicgen.training.keras.critic RUN`: train a critic of a run's best checkpoint."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields

from musicgen.errors import MusicgenError
from musicgen.paths import checked_name
from musicgen.training.keras.critic.train import CriticTraining, train_critic
from musicgen.training.run_folder.registry import find_run

_HELP = {
    "pieces": "that the model composes for the first round",
    "rounds": "of training; each later one is also against pieces composed with the critic so far",
    "guided": "that the model composes with the critic, before each later round",
    "minutes": "of training, of each round, at most",
    "temperature": "of the pieces; what is composed with the critic has the same by default",
    "exponent": "how much the critic counts when pieces are composed with it",
    "seed": "of the pieces and of the training",
    "critic_of": "run or checkpoint with whose critic it begins, and no first round; none",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m musicgen.training.keras.critic")
    parser.add_argument("run", type=checked_name)
    for field in fields(CriticTraining):
        default, text = field.default, _HELP[field.name]
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=type(default),
            default=default,
            help=f"{text}; {default}",
        )
    options = vars(parser.parse_args())
    try:
        run = find_run(options.pop("run"))
        train_critic(run, CriticTraining(**options), _say_progress)
    except MusicgenError as problem:
        sys.exit(str(problem))


def _say_progress(done: int, total: int) -> None:
    print(f"\r{done} of {total} pieces composed", end="\n" * (done == total), file=sys.stderr)


if __name__ == "__main__":
    main()
