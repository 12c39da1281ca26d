"""Small music, runs and pages that several tests share."""
