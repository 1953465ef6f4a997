/** Every act that the log knows. An entry stays as long as rows may hold it. */
export const auditActions = {
  'account.created': 'An account was created.',
  'account.renamed': 'An account was renamed.',
  'account.settings_changed': 'The settings of an account were changed.',
  'account.paused': 'An account was paused.',
  'account.resumed': 'A paused account was resumed.',
  'account.reconnected': 'An account was told to connect anew.',
  'account.unlinked': 'An account was told to unlink its phone.',
  'account.deleted': 'An account was deleted with everything it held.',
  'account.key_replaced': 'The API key of an account was replaced.',
  'webhook.created': 'A webhook was created.',
  'webhook.changed': 'A webhook was changed.',
  'webhook.deleted': 'A webhook was deleted with what waited for it.',
  'webhook.secret_replaced': 'The secret of a webhook was replaced.',
  'webhook.sent_again': 'Deliveries of a webhook were told to be sent again.',
  'key.created': 'An admin key was made.',
  'key.revoked': 'An admin key was revoked.',
  'session.signed_in': 'Somebody signed in.',
  'session.sign_in_refused': 'Somebody tried to sign in with a wrong name or password.',
  'session.signed_out': 'Somebody signed out.',
  'session.signed_out_everywhere': 'All sessions were ended.',
  'admin.set_up': 'The admin was set up.',
  'admin.changed': 'The name or password of the admin was changed.',
  'admin.reset': 'The admin was removed on the server, and all sessions ended.',
} as const;

export type AuditAction = keyof typeof auditActions;

/** For schemas, which want a list with at least one entry. */
export const auditActionNames = Object.keys(auditActions) as [AuditAction, ...AuditAction[]];
