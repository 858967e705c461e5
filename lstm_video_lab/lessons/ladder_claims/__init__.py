"""Lesson 14b: what a report says of its ladder, tested claim by claim on stored trainings."""
