/** @odoo-module **/

import { registry } from "@web/core/registry";
import { click, find, press, see, stage, type } from "./tour_steps";

registry.category("web_tour.tours").add("payment_manager", {
    test: true,
    steps: () => [
        stage("Posted"),
        find("no banner: a Payment Manager may act", ".o_form_view:not(:has([name='lock_banner']))"),
        type("change the memo", ".o_field_widget[name='ref'] input", "Office rent, March"),
        click("save", ".o_form_button_save"),
        find("it is saved", ".o_form_saved"),
        see("Office rent, March", ".o-mail-Chatter"),

        press("Reset to Draft"),
        see("Your name, the time and the reason go on record", ".modal-body"),
        type("say why", ".modal-body .o_field_widget[name='reason'] input", "Wrong bank account"),
        click("reset", ".modal-footer button:contains('Reset to Draft')"),
        stage("Draft"),
        see("Wrong bank account", ".o-mail-Chatter"),
    ],
});
