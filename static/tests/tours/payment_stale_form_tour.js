/** @odoo-module **/

import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { click, find, see, type } from "./tour_steps";

async function rpc(service, method, args) {
    const response = await fetch("/jsonrpc", {
        method: "POST",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", method: "call", id: 1, params: { service, method, args } }),
    });
    const answer = await response.json();
    if (answer.error) {
        throw new Error(answer.error.data.message);
    }
    return answer.result;
}

/** A colleague, with a login and a password of their own, posts the payment that is open here. */
async function postAsColleague() {
    const [database, login] = [session.db, "guard_bookkeeper"];
    const uid = await rpc("common", "login", [database, login, login]);
    const payment = Number(new URLSearchParams(location.hash.slice(1)).get("id"));
    await rpc("object", "execute_kw", [database, uid, login, "account.payment", "action_post", [[payment]]]);
    document.body.classList.add("posted_meanwhile");
}

registry.category("web_tour.tours").add("payment_stale_form", {
    test: true,
    steps: () => [
        find("the form was opened while the payment is a draft", ".o_field_widget[name='ref'] input"),
        { content: "a colleague posts it", trigger: ".o_form_view", run: postAsColleague },
        find("it is posted, this form does not know", "body.posted_meanwhile .o_field_widget[name='ref'] input"),
        type("change the memo", ".o_field_widget[name='ref'] input", "Something else"),
        click("save", ".o_form_button_save"),
        see("Posted payments cannot be modified", ".modal-body"),
        see("Memo", ".modal-body"),
        see("Ask a Payment Manager", ".modal-body"),
        click("close the message", ".modal-footer button"),
        click("discard", ".o_form_button_cancel"),
        find("nothing is left to be saved", ".o_form_saved"),
    ],
});
