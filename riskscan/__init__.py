"""The running program: settings, command line, task queue, embedded PostgreSQL; it alone wires the rooms together."""

from importlib.metadata import version

__version__ = version("riskscan")
