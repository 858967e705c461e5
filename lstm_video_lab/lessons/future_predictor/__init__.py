"""Lesson 05: frames to come, and what a conditional decoder is fed."""
