"""The Compose page: session, model choice, starting a job. Imports: ui/shared, ui/components."""
