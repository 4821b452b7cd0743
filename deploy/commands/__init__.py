"""One module a command: ``HELP``, ``arguments(parser)`` and ``run(settings, options)``, which returns an exit code."""
