"""Lesson 15: captions of clips."""
