/** @odoo-module **/

/** Steps that the tours of this addon share. Every one of them waits, and fails when what it waits for never comes. */

const PATIENCE = 30000; // ms: a step may include the first load of a screen on a slow machine

/** The text is on the screen, within `where`. */
export function see(text, where = ".o_action_manager") {
    return { content: `"${text}" is shown`, trigger: `${where}:contains("${text}")`, isCheck: true, timeout: PATIENCE };
}

/** The element is on the screen. */
export function find(content, trigger) {
    return { content, trigger, isCheck: true, timeout: PATIENCE };
}

export function click(content, trigger) {
    return { content, trigger, run: "click", timeout: PATIENCE };
}

export function type(content, trigger, text) {
    return { content, trigger, run: `text ${text}`, timeout: PATIENCE };
}

/** Presses a button of the form's header by what is written on it. */
export function press(label) {
    return click(`press ${label}`, `.o_statusbar_buttons button:visible:contains("${label}")`);
}

/** The status bar says that the record is in this stage. */
export function stage(label) {
    return find(`the stage is ${label}`, `.o_statusbar_status button.o_arrow_button_current:contains("${label}")`);
}
