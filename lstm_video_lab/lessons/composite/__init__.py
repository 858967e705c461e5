"""Lesson 06: one state, two decoders, and the two gradients that meet there."""
