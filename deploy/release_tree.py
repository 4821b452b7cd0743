"""What preflight has to know of the target and of the source of new code."""


def findings(settings):
    return []
