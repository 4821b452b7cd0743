/** @odoo-module **/

import { registry } from "@web/core/registry";
import { find, press, see, stage } from "./tour_steps";

/**
 * Puts the first characters of what the server answers to the next download onto the page.
 * While testing, Odoo prints a PDF only for a request that insists on it: this makes it insist.
 */
function watchDownload() {
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (form) {
        if (form instanceof FormData && form.has("context")) {
            form.set("context", JSON.stringify({ ...JSON.parse(form.get("context")), force_report_rendering: true }));
            this.addEventListener("load", async () => {
                document.body.dataset.download = await this.response.slice(0, 5).text();
            });
        }
        return send.call(this, form);
    };
}

registry.category("web_tour.tours").add("payment_voucher", {
    test: true,
    steps: () => [
        stage("Posted"),
        { content: "look at downloads", trigger: ".o_form_view", run: watchDownload },
        press("Print Voucher"),
        find("the answer is a PDF", "body[data-download='%PDF-']"),
    ],
});

registry.category("web_tour.tours").add("payment_voucher_printed", {
    test: true,
    steps: () => [
        see("printed: the original", ".o-mail-Chatter"),
        find("it was printed once", ".o_field_widget[name='voucher_print_count']:contains('1')"),
    ],
});
