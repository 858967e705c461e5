"""Lesson 12: features before labels."""
