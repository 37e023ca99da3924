"""The commands by family; importing this adds them all to the command line."""

from riskscan.commands import corpora, crawls, keys, models, people, scores, sources, training, upkeep

__all__ = ["corpora", "crawls", "keys", "models", "people", "scores", "sources", "training", "upkeep"]
