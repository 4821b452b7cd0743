/** @odoo-module **/

import { registry } from "@web/core/registry";
import { click, find, press, see } from "./tour_steps";

registry.category("web_tour.tours").add("payment_register_held", {
    test: true,
    steps: () => [
        press("Register Payment"),
        see("The payment will be submitted for review", ".modal-body .alert-info"),
        click("register", ".modal-footer button:contains('Create Payment')"),
        see("The documents are paid when the payment has been approved and posted.", ".o_notification"),
        see("Waiting Payments", ".oe_stat_button[name='action_open_waiting_payments']"),
        find("the bill is not paid", ".o_form_view:not(:has(.ribbon:visible:contains('Paid')))"),
    ],
});

registry.category("web_tour.tours").add("payment_register_paid", {
    test: true,
    steps: () => [
        see("Paid", ".o_form_view .o_widget_web_ribbon .ribbon"),
        find("nothing waits any more", ".o_form_view:not(:has([name='action_open_waiting_payments']))"),
    ],
});
