"""Time and memory that the server needs for what people do."""
