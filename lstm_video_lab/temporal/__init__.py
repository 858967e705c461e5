"""The other families of models: classifiers over frames, and more."""
