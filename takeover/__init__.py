"""Takes over a database of generation 17.0.1.0.8, in place: called by ``migrations/17.0.1.0.9`` alone.

``before`` names the steps that come before the addon's own code and data are loaded, ``after`` those that come then.
What has no place any more is kept in tables ``payment_account_enhanced_legacy_*``; ``drop_legacy.sql`` drops them.
docs/upgrade.md tells the operator's side.
"""
