"""One module a command of the command line: options to an answer. Imports all but ui."""
