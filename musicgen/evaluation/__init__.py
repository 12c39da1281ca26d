"""Held-out likelihood, n-gram baselines and calibration. Imports: encoding."""
