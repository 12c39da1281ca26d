"""Distillation: one model learns from what several compose. May import composing; imports Keras."""
