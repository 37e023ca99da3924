"""The commands by family; importing this adds them all to the command line."""

from riskscan.commands import crawls

__all__ = ["crawls"]
