/** @odoo-module **/

import { registry } from "@web/core/registry";
import { click, find, see, stage, type } from "./tour_steps";

const THRESHOLD = "[name='payment_authorization_threshold']";
const NEXT = ".o_statusbar_buttons button.btn-primary[name='action_review_payment']";

/** Nothing reaches beyond the edge of the screen: people would have to push it to and fro. */
function fits(where) {
    return [
        {
            content: `measure ${where}`,
            trigger: where,
            run: () => {
                const { scrollWidth } = document.documentElement;
                document.body.dataset.beyond = Math.max(0, scrollWidth - window.innerWidth);
            },
        },
        find(`${where} fits the screen`, "body[data-beyond='0']"),
    ];
}

/** Presses a key together with Alt, as the web client listens to it. */
function key(content, letter, trigger) {
    return {
        content,
        trigger,
        run: () =>
            document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", { key: letter, altKey: true, bubbles: true, cancelable: true })
            ),
    };
}

/** Keeps the name of the field that the cursor is in on the body; a tour goes on only where nothing changes. */
function followCursor() {
    setInterval(() => {
        const name = document.activeElement.closest("[name]")?.getAttribute("name") || "";
        if (document.body.dataset.cursor !== name) {
            document.body.dataset.cursor = name;
        }
    }, 100);
}

/** Notes on the body where an element lies, as seen from another one. */
function compare(content, trigger, from, to) {
    return {
        content,
        trigger,
        run: () => {
            const [one, other] = [from, to].map((selector) => document.querySelector(selector).getBoundingClientRect());
            document.body.dataset.lies = one.left > other.left ? "right" : "left";
        },
    };
}

registry.category("web_tour.tours").add("payment_phone", {
    test: true,
    steps: () => [
        find("a card, who can act next in it", ".o_kanban_record:contains('Payment Reviewer Tour')"),
        { content: "a phone", trigger: "body", run: () => (document.body.dataset.width = window.innerWidth) },
        find("it is as narrow as a phone", "body[data-width='375']"),
        ...fits(".o_kanban_view"),
        click("open it", ".o_kanban_record:contains('Payment Reviewer Tour')"),
        see("Who can act next: Payment Reviewer Tour", ".o_form_view [name='waiting_banner']"),
        ...fits(".o_form_view"),
        click("the steps are in one menu", ".o_statusbar_buttons .dropdown-toggle"),
        click("review", ".o_statusbar_button_dropdown_item button[name='action_review_payment']"),
        find("the stage", ".o_statusbar_status button:contains('For Approval')"),
        ...fits(".o_form_view"),
    ],
});

registry.category("web_tour.tours").add("payment_keyboard", {
    test: true,
    steps: () => [
        stage("Under Review"),
        { content: "follow the cursor", trigger: "body", run: followCursor },
        key("reject", "r", ".o_form_view .o_statusbar_buttons"),
        { ...find("the reason can be typed at once", "body[data-cursor='reason']"), in_modal: false },
        type("the reason", ".modal-body .o_field_widget[name='reason'] textarea", "The amount differs from the bill"),
        key("reject, in the dialog", "q", ".modal-footer button[name='action_reject']"),
        stage("Draft"),
        key("submit again", "q", "body:not(:has(.modal)) .o_statusbar_buttons button[name='action_submit_for_review']"),
        stage("Under Review"),
        key("take back", "l", ".o_statusbar_buttons button[name='action_recall_payment']"),
        stage("Draft"),
        key("submit once more", "q", ".o_statusbar_buttons button[name='action_submit_for_review']"),
        stage("Under Review"),
        key("review", "q", NEXT),
        stage("For Approval"),
    ],
});

registry.category("web_tour.tours").add("payment_right_to_left", {
    test: true,
    steps: () => [
        find("the screen runs from right to left", "body.o_rtl .o_form_view"),
        compare("buttons and stages", NEXT, NEXT, ".o_statusbar_status"),
        find("buttons stand on the right", "body[data-lies='right']"),
        compare("the banner", "[name='waiting_banner']", "[name='waiting_banner'] i", "[name='waiting_banner'] span"),
        find("its picture comes first, on the right", "body[data-lies='right']"),
        ...fits(".o_form_view"),
        click("review", NEXT),
        find("the stage", ".o_statusbar_status button.o_arrow_button_current[data-value='for_approval']"),
    ],
});

registry.category("web_tour.tours").add("payment_right_to_left_board", {
    test: true,
    steps: () => [
        find("a card", "body.o_rtl .o_kanban_record"),
        compare("the card", ".o_kanban_record", ".o_kanban_record_headings", ".o_kanban_record [name='amount']"),
        find("the partner stands on the right, the amount on the left", "body[data-lies='right']"),
        ...fits(".o_kanban_view"),
        click("the list", ".o_switch_view.o_list"),
        find("the stage in the list", ".o_list_view .o_data_row [name='approval_state'] .badge"),
        ...fits(".o_list_view"),
    ],
});

registry.category("web_tour.tours").add("payment_right_to_left_settings", {
    test: true,
    steps: () => [
        find("the sentence", "body.o_rtl [name='payment_approval_summary']"),
        compare("two settings", THRESHOLD, THRESHOLD, "[name='payment_strict_duties']"),
        find("settings begin on the right", "body[data-lies='right']"),
        ...fits(".o_settings_container"),
    ],
});
