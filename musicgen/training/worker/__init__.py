"""The training process: launch, locks, log, and the work itself.

Imports: run_folder; keras in the process alone.
"""
