"""Whether new code can work at all, before anything is stopped: read from its files alone, and from the catalogue of
the live database where one is at hand, which makes references exact. The rehearsal finds the rest."""
import concurrent.futures
import pathlib

from deploy import (
    code_check_assets,
    code_check_csv,
    code_check_data,
    code_check_files,
    code_check_imports,
    code_check_interpreter,
    code_check_manifest,
    code_check_migrations,
    code_check_models,
    code_check_po,
    code_check_views,
)
from deploy.code_check_code import Code
from deploy.finding import OK, ok

# In this order they are reported; each is a module with findings(code).
CHECKS = (code_check_files, code_check_manifest, code_check_imports, code_check_models, code_check_csv, code_check_data,
          code_check_views, code_check_assets, code_check_migrations, code_check_po)


def check(settings, release, old=None, server=None):
    """What is wrong with a staged release, as a list of findings; a stop forbids deploying it.

    :param old: the folder in use, the addon's or the one that holds it; the service's unless given
    :param server: :class:`deploy.postgres.Server`, to look external ids and models up in the live database
    """
    old = pathlib.Path(old or settings.addon)
    inside = old / release.module_path
    return check_folder(settings, release.addon, inside if inside.is_dir() else old, server, release.path)


def check_folder(settings, folder, old=None, server=None, root=None):
    """The same for any addon's folder; ``root`` is the folder that links must not leave."""
    code = Code(settings, pathlib.Path(folder), pathlib.Path(old) if old else None, server, root)
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        other = beside.submit(code_check_interpreter.ask, code)  # the service's Python works while we read
        found = [one for module in CHECKS for one in module.findings(code)]
        found += code_check_interpreter.findings(code, other.result())
    found = list(dict.fromkeys(found))
    return found if any(one.level != OK for one in found) else [*found, _all_well(code)]


def _all_well(code):
    known = 'the live database' if code.server else f'the files of {len(code.known.modules)} dependencies'
    return ok('code', f'{len(code.python)} Python and {len(code.data)} data files of {code.module} '
                      f'{code.manifest.get("version")} are sound; references checked against {known}')
