"""Training runs: the run folder, the process, the Keras session, forecasts.

Imports all but ui and commands.
"""
