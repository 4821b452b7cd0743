/** @odoo-module **/

import { registry } from "@web/core/registry";
import { find, see, stage } from "./tour_steps";

registry.category("web_tour.tours").add("payment_locked", {
    test: true,
    steps: () => [
        stage("Posted"),
        see("This payment is posted: its content stays as it is", ".alert-info[name='lock_banner']"),
        see("Guard Manager", ".alert-info[name='lock_banner']"),
        find("the amount cannot be typed over", ".o_field_widget[name='amount'].o_readonly_modifier:contains('100.00')"),
        find("nor the partner", ".o_field_widget[name='partner_id'].o_readonly_modifier"),
        find("nor the date", ".o_field_widget[name='date'].o_readonly_modifier"),
        find("nor the memo", ".o_field_widget[name='ref'].o_readonly_modifier:contains('Office rent')"),
        find("nor the journal", ".o_field_widget[name='journal_id'].o_readonly_modifier"),
        find("no way back to draft", ".o_statusbar_buttons:not(:contains('Reset to Draft'))"),
    ],
});
