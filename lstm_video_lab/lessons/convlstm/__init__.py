"""Lesson 07: connected against convolutional."""
