"""What the commands of `lstm-video-lab` do: for each, its flags and its run."""
