"""The training process: launching it, its lock, its work.

Imports: run_folder; keras in the process alone.
"""
