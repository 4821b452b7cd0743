/** @odoo-module **/

import { registry } from "@web/core/registry";
import { click, find, see, type } from "./tour_steps";

const BLOCK = ".o_settings_container:has([name='payment_approval_outbound'])";

registry.category("web_tour.tours").add("payment_settings", {
    test: true,
    steps: () => [
        see("Authorization Threshold", BLOCK),
        see("10,000.00 or more need three different people", BLOCK),
        type("lower the threshold", `${BLOCK} .o_field_widget[name='payment_authorization_threshold'] input`, "2500"),
        see("2,500.00 or more need three different people", BLOCK),
        click("save", ".o_form_button_save"),
        find("it is saved", ".o_form_view:not(:has(.o_dirty_warning))"),
        find("and still there after the page came back", `${BLOCK}:contains('2,500.00 or more')`),
    ],
});

registry.category("web_tour.tours").add("payment_dry_run", {
    test: true,
    steps: () => [
        see("2,500.00 or more need three different people", BLOCK),
        click("ask who must approve", `${BLOCK} button:contains('Who must approve?')`),
        type("an amount above the threshold", ".modal-body .o_field_widget[name='amount'] input", "3000"),
        see("takes these 4 steps after it is submitted", ".modal-body"),
        see("Payment Authorizer Tour", ".modal-body .o_field_widget[name='steps'] tr:contains('Authorize')"),
        click("and a receipt", ".modal-body .o_field_widget[name='payment_type'] label:contains('Customer Receipt')"),
        see("needs no approval", ".modal-body"),
        click("close", ".modal-footer button:contains('Close')"),
        find("back in the settings", `body:not(:has(.modal)) ${BLOCK}`),
    ],
});
