"""Constraints: functions and stateful objects that change the logits of a step.

Imports: decoding, theory.
"""
