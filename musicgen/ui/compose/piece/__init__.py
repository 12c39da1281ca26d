"""One piece on the Compose page: player, views, downloads. Imports: ui/shared, ui/components."""
