"""What is in each picture: who is logged in, which screen, and what must be visible before it is taken.

Called as a program by dev/screenshots.py; reads the address, the database and the ids of demo records as JSON.
"""
import base64
import json
import pathlib
import subprocess
import sys
import tempfile

from dev import browser
from dev.process import ROOT

DESCRIPTION = ROOT / 'static/description'
ART = ROOT / 'dev/art'
FORM = '/web#id={%s}&action=account.action_account_payments_payable&model=account.payment&view_type=form'
SETTLED = """
    document.fonts.status === "loaded" && [...document.images].every(image => image.complete)
    && !document.querySelector(".o_loading_indicator, .o_blockUI")
"""
TYPE_AMOUNT = """
    const input = document.querySelector(".modal [name=amount] input");
    input.value = "25000";
    input.dispatchEvent(new Event("input", {bubbles: true}));
    input.dispatchEvent(new Event("change", {bubbles: true}));
"""
# Name, login, address with {names of records}, CSS selectors that must match, script to run before the picture.
# The height of the window and, where only one element is to be seen, its selector are in SHAPES.
SCREENS = (
    ('payment_form', 'payment_user', FORM % 'payment_posted_large',
     ['[name=lock_banner]', '.o_statusbar_status .o_arrow_button_current'], ''),
    ('approval_form', 'payment_authorizer', FORM % 'payment_to_authorize',
     ['[name=action_authorize_payment]', '[name=approval_history_ids] .o_data_row'],
     'document.querySelector(".o_notebook .nav-link[name=approval]").click()'),
    ('payment_list', 'payment_reviewer', '/web#action=account.action_account_payments_payable&view_type=list',
     ['.o_data_row [name=approval_state]'], ''),
    ('approval_board', 'payment_manager', '/web#action=payment_account_enhanced.action_payment_approval_board',
     ['.o_kanban_record'], ''),
    ('settings', 'admin', '/web#action=account.action_account_config',
     ['[name=payment_approval_summary]'],
     'document.querySelector("[name=payment_approval_summary]").closest(".o_settings_container")'
     '.previousElementSibling.scrollIntoView()'),
    ('dry_run', 'payment_manager', '/web#action=payment_account_enhanced.action_payment_approval_dry_run',
     ['.modal [name=steps] table'], TYPE_AMOUNT),
    ('overrides', 'payment_manager', '/web#action=payment_account_enhanced.action_payment_override',
     ['.o_list_view .o_data_row'], ''),
)
SHAPES = {
    'approval_board': (560, ''), 'settings': (700, ''), 'overrides': (420, ''),
    'dry_run': (browser.HEIGHT, '.modal-content'),
}
# Drawings: name, width, height.
DRAWINGS = (('icon', 128, 128), ('banner', 1120, 560))
VOUCHER_RESOLUTION = 80  # dots per inch


def main():
    wish = json.load(sys.stdin)
    DESCRIPTION.mkdir(parents=True, exist_ok=True)
    with browser.opened() as page:
        for drawing in DRAWINGS:
            draw(page, *drawing)
        page.size()
        override(page, wish)
        for screen in SCREENS:
            photograph(page, wish, *screen)
        voucher(page, wish)


def draw(page, name, width, height):
    """Turns an SVG file of dev/art into a PNG file."""
    page.size(width, height)
    svg = base64.b64encode((ART / f'{name}.svg').read_bytes()).decode()
    image = f'<body style="margin:0"><img width="{width}" height="{height}" src="data:image/svg+xml;base64,{svg}">'
    page.open(f'data:text/html;base64,{base64.b64encode(image.encode()).decode()}', SETTLED)
    page.picture(DESCRIPTION / f'{name}.png', transparent=True)
    print(f'   {name}.png', flush=True)


def log_in(page, wish, login):
    page.call('Network.clearBrowserCookies')
    page.open(f'{wish["url"]}/web/login')
    rpc(page, '/web/session/authenticate', db=wish['database'], login=login, password=login)


def rpc(page, route, **params):
    """Calls the server as the person who is logged in; raises RuntimeError with the server's refusal."""
    body = json.dumps({'jsonrpc': '2.0', 'method': 'call', 'params': params})
    answer = page.run(f"""fetch({json.dumps(route)}, {{
        method: "POST", headers: {{"Content-Type": "application/json"}}, body: {json.dumps(body)},
    }}).then(answer => answer.json())""")
    if 'error' in answer:
        raise RuntimeError(answer['error']['data']['message'])
    return answer['result']


def call(page, model, method, *args, **kwargs):
    return rpc(page, f'/web/dataset/call_kw/{model}/{method}', model=model, method=method, args=args, kwargs=kwargs)


def override(page, wish):
    """A Payment Manager corrects a memo and resets a payment, so that the list of overrides has something to show."""
    log_in(page, wish, 'payment_manager')
    posted, receipt = (wish['records'][f'payment_{name}'] for name in ('posted', 'posted_receipt'))
    call(page, 'account.payment', 'write', [posted], {'ref': 'Printing, spring catalogue'})
    reset = call(page, 'payment.reset', 'create', {
        'payment_ids': [[6, 0, [receipt]]], 'reason': 'Booked on the wrong customer'})
    call(page, 'payment.reset', 'action_reset', [reset])


def photograph(page, wish, name, login, address, visible, script):
    height, element = SHAPES.get(name, (browser.HEIGHT, ''))
    page.size(height=height)
    log_in(page, wish, login)
    conditions = [f'document.querySelector({json.dumps(selector)})' for selector in visible]
    page.open(wish['url'] + address.format(**wish['records']), conditions[0])
    if script:
        page.run(f'{{{script}}}')
    for condition in [*conditions, SETTLED]:
        page.wait(condition)
    page.run('new Promise(done => setTimeout(done, 1500))')  # animations end
    page.picture(DESCRIPTION / f'{name}.png', element)
    print(f'   {name}.png', flush=True)


def voucher(page, wish):
    """The first page of a voucher as it is printed."""
    log_in(page, wish, 'payment_user')
    payment = wish['records']['payment_posted_large']
    pdf = page.run(f"""fetch("/report/pdf/payment_account_enhanced.report_payment_voucher/{payment}")
        .then(answer => answer.blob()).then(blob => new Promise(done => {{
            const reader = new FileReader();
            reader.onload = () => done(reader.result.split(",")[1]);
            reader.readAsDataURL(blob);
        }}))""")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / 'voucher.pdf'
        file.write_bytes(base64.b64decode(pdf))
        subprocess.run(['pdftoppm', '-r', str(VOUCHER_RESOLUTION), '-png', '-singlefile', '-f', '1', file,
                        DESCRIPTION / 'voucher'], check=True)
    print('   voucher.png', flush=True)


if __name__ == '__main__':
    main()
