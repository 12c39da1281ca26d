"""`python -m benchmarks.scale.float32 ARGUMENTS`: musicgen with models in float32 on every CPU.

Where a CPU multiplies in bfloat16, sums over other rows are rounded otherwise: losses of several
workers are then those of one process within that rounding alone.
"""

import sys

from musicgen.cli import main
from musicgen.training.forecast import machine

if __name__ == "__main__":
    machine.BFLOAT16_FLAGS = set()
    sys.exit(main())
