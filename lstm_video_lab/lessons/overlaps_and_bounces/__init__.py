"""Lesson 06b: overlapping digits and bounces, counted."""
