"""Held-out likelihood, n-gram baselines and calibration of models. Imports: encoding."""
