"""What a probe hands back: one finding each, as plain data."""
OK, WARNING, STOP = 'ok', 'warning', 'stop'


def ok(subject, text):
    return {'level': OK, 'subject': subject, 'text': text}


def warning(subject, text, remedy=''):
    return {'level': WARNING, 'subject': subject, 'text': text, 'remedy': remedy}


def stop(subject, text, remedy=''):
    return {'level': STOP, 'subject': subject, 'text': text, 'remedy': remedy}


def words(error):
    """The first line of what a person would read."""
    lines = str(error.args[0] if error.args else error).strip().splitlines() or [type(error).__name__]
    return lines[0] if len(lines[0]) <= 200 else f'{lines[0][:197]}...'
