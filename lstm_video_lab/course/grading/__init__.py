"""From submitted notebooks to a gradebook."""
