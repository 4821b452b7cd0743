/** @odoo-module **/

import { registry } from "@web/core/registry";
import { click, press, see, stage, type } from "./tour_steps";

const REASON = "The amount differs from the bill";

registry.category("web_tour.tours").add("payment_reject", {
    test: true,
    steps: () => [
        stage("Under Review"),
        press("Reject"),
        see("The person who submitted them reads the reason", ".modal-body"),
        type("say why", ".modal-body .o_field_widget[name='reason'] textarea", REASON),
        click("reject", ".modal-footer button:contains('Reject')"),
        stage("Draft"),
    ],
});

registry.category("web_tour.tours").add("payment_resubmit", {
    test: true,
    steps: () => [
        stage("Draft"),
        click("open the history", ".o_notebook .nav-link:contains('Approval')"),
        see(REASON, ".o_field_widget[name='approval_history_ids']"),
        press("Submit for Review"),
        stage("Under Review"),
    ],
});
