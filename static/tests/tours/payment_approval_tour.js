/** @odoo-module **/

import { registry } from "@web/core/registry";
import { click, find, press, see, stage } from "./tour_steps";

/** What each person of the chain sees and does: [button, stage before, stage after]. */
const CHAIN = [
    ["Submit for Review", "Draft", "Under Review"],
    ["Review", "Under Review", "For Approval"],
    ["Approve", "For Approval", "For Authorization"],
    ["Authorize", "For Authorization", "Approved"],
    ["Post", "Approved", "Posted"],
];

for (const [button, before, after] of CHAIN) {
    registry.category("web_tour.tours").add(`payment_approval_${after.toLowerCase().replace(" ", "_")}`, {
        test: true,
        steps: () => [
            stage(before),
            find("the one obvious button", `.o_statusbar_buttons button.btn-primary:visible:contains("${button}")`),
            press(button),
            stage(after),
            click("open the history", ".o_notebook .nav-link:contains('Approval')"),
            see(after, ".o_field_widget[name='approval_history_ids'] .o_data_row:first"),
        ],
    });
}
