/** @odoo-module **/

import { registry } from "@web/core/registry";
import { click, find, see } from "./tour_steps";

const STAGES = ".o_data_cell[name='approval_state']";

registry.category("web_tour.tours").add("payment_batch", {
    test: true,
    steps: () => [
        find("two wait for review", `.o_list_view:has(${STAGES}:contains('Under Review'))`),
        click("choose all of them", ".o_list_view thead .o_list_record_selector input"),
        click("review them", ".o_control_panel button:visible:contains('Review'):not(:contains('Submit'))"),
        see("Review: 2 of 3 payments went through", ".o_notification"),
        see("It has not been submitted yet. Submit it for review first.", ".o_notification"),
        find("the list shows where they are now", `.o_list_view:not(:has(${STAGES}:contains('Under Review')))`),
        see("For Approval", `.o_data_row ${STAGES}`),
        see("Draft", `.o_data_row ${STAGES}`),
    ],
});
