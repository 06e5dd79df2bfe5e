"""From a case store and an experiment to a model that can be defended, or to none."""
