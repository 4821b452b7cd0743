"""Clicks in the menu Apps: installs or uninstalls an addon as an administrator does it in the browser.

Called as a program by dev/removal.py; reads what to do as JSON: address, database, login, name and title of the addon,
and ``act``, 'install' or 'uninstall'.
"""
import json
import sys

from dev import browser, pictures

CARD = '[...document.querySelectorAll(".o_kanban_record")].find(card => card.querySelector("[title=\'%s\']"))'
OFFER = '.modal a[href="/payment_account_enhanced/records.zip"]'


def main():
    wish = json.load(sys.stdin)
    with browser.opened() as page:
        pictures.log_in(page, wish, wish['login'])
        card = CARD % wish['title']
        page.open(f'{wish["url"]}/web#action=base.open_module_tree&view_type=kanban', card)
        page.run('window.sameAsBefore = true')
        {'install': install, 'uninstall': uninstall}[wish['act']](page, card)
        page.wait('!window.sameAsBefore && document.querySelector(".o_main_navbar")')  # Odoo loads the page anew
        print(state(page, wish))


def install(page, card):
    page.run(f'{card}.querySelector("button[name=button_immediate_install]").click()')


def uninstall(page, card):
    """Through the menu of the card and the dialog, which must offer the records first."""
    page.run(f'{card}.querySelector(".o_dropdown_kanban button, .o_dropdown_kanban .dropdown-toggle").click()')
    page.wait(f'{card}.querySelector("[name=button_uninstall_wizard]")')
    page.run(f'{card}.querySelector("[name=button_uninstall_wizard]").click()')
    page.wait(f'document.querySelector({json.dumps(OFFER)}).offsetParent')
    page.run('document.querySelector(".modal footer button[name=action_uninstall]").click()')


def state(page, wish):
    found = pictures.call(page, 'ir.module.module', 'search_read', [['name', '=', wish['name']]], ['state'])
    return found[0]['state']


if __name__ == '__main__':
    main()
