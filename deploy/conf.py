"""Options of odoo.conf that are no settings of this tool, but say what the service does."""
import configparser
import re

OFF = ('', 'False', 'None', 'false')


def options(settings):
    """The options as written; {} without a file."""
    parser = configparser.RawConfigParser()
    if settings.conf:
        parser.read(settings.conf, encoding='utf-8')
    return {name: value for name, value in (parser['options'].items() if parser.has_section('options') else ())
            if value not in OFF}


def served(settings, databases):
    """Those of some databases that the service serves, besides its own: by db_name, else by dbfilter, else all."""
    found = options(settings)
    others = [name for name in databases if name != settings.database]
    if 'dbfilter' in found:
        # %h and %d stand for what the browser asked for: they fit everything.
        pattern = found['dbfilter'].replace('%h', '.*').replace('%d', '.*')
        try:
            return [name for name in others if re.match(pattern, name)]
        except re.error:
            return others
    if 'db_name' in found:
        listed = {name.strip() for name in found['db_name'].split(',')}
        return [name for name in others if name in listed]
    return others
