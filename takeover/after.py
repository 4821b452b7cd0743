"""The steps after the addon's own tables and data were loaded."""
from . import approved, history, keep, numbers, rights_report

STEPS = (
    history.chain_history,
    approved.judge_payments,
    numbers.report_numbers,
    numbers.continue_sequences,
    rights_report.limit_editing,
    rights_report.report_rights,
    rights_report.report_settings,
    keep.report_kept,
)


def take_over(cr):
    if keep.is_begun(cr):
        keep.run(cr, STEPS)
