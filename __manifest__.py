{
    'name': 'Payment Account Enhanced',
    'version': '17.0.1.0.9',
    'category': 'Accounting/Accounting',
    'summary': 'Posted payments stay as they were posted: guards, approval before posting, printed vouchers',
    'author': 'Payment Account Enhanced maintainers',
    'website': 'https://github.com/payment-account-enhanced/payment_account_enhanced',
    'license': 'LGPL-3',
    'depends': ['account'],
    'data': [
        'security/payment_security.xml',
        'security/payment_override_security.xml',
        'security/ir.model.access.csv',
        'data/ir_sequence_data.xml',
        'wizards/payment_reset_views.xml',
        'views/account_payment_views.xml',
        'views/account_move_views.xml',
        'views/payment_override_views.xml',
    ],
    'demo': [
        'demo/res_users_demo.xml',
    ],
    'application': True,
}
