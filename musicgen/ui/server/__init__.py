"""The server's start and its own endpoints. Imports: ui/train, starlette."""
