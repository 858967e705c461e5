"""Lesson 01: why gradients vanish and explode, and what a gated cell remembers."""
