"""Command line of benchmarks that have no option but --json."""

from __future__ import annotations

import argparse


def parse_json_option(documentation: str | None) -> bool:
    """Whether --json is given; --help prints the documentation of the benchmark."""
    parser = argparse.ArgumentParser(description=documentation)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    return bool(parser.parse_args().json)
