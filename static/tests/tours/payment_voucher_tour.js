/** @odoo-module **/

import { registry } from "@web/core/registry";
import { find, press, see, stage } from "./tour_steps";

/** Puts the first characters of the next report that the server answers with onto the page. */
function watchDownload() {
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (...args) {
        this.addEventListener("load", async () => {
            if (this.responseURL.endsWith("/report/download")) {
                document.body.dataset.download = await this.response.slice(0, 5).text();
            }
        });
        return send.apply(this, args);
    };
}

registry.category("web_tour.tours").add("payment_voucher", {
    test: true,
    steps: () => [
        stage("Posted"),
        {
            content: "while testing, Odoo prints PDFs only for who asks for them",
            trigger: ".o_form_view",
            run: () => {
                watchDownload();
                odoo.__DEBUG__.services.user.updateContext({ force_report_rendering: true });
            },
        },
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
