import { settingsWithDefaults } from '../../src/features/accounts/account-settings.ts';
import type { Account } from '../../src/features/accounts/accounts.ts';
import type { Message } from '../../src/features/messages/messages.ts';

/** A linked sandbox account, but for what is given. */
export function anAccount(different: Partial<Account> = {}): Account {
  const since = new Date('2026-11-25T11:30:00Z');
  return {
    id: 'acc_1',
    name: 'Shop',
    kind: 'sandbox',
    status: { status: 'ready', message: 'Connected as +9990000000001', reason: null, nextStep: null, since },
    paused: false,
    linked: true,
    qrRevision: 1,
    phone: '+9990000000001',
    lid: null,
    notice: null,
    restrictedUntil: null,
    apiKeyHint: 'sk_test_…9xYz',
    linkedAt: since,
    settings: settingsWithDefaults('sandbox', {}),
    createdAt: since,
    ...different,
  };
}

/** A text to the usual customer, but for what is given. */
export function aMessage(different: Partial<Message> = {}): Message {
  const nobody = { jid: '', phone: null, lid: null, name: null };
  const never = { queued: null, sending: null, sent: null, delivered: null, read: null };
  const ends = { played: null, received: null, failed: null, expired: null, cancelled: null };
  return {
    id: 'msg_1',
    accountId: 'acc_1',
    direction: 'outgoing',
    origin: 'inbox',
    whatsappId: '3EB0',
    chat: { jid: '9995550101@s.whatsapp.net', type: 'personal' },
    from: nobody,
    type: 'text',
    text: 'Hello',
    media: null,
    replyTo: null,
    target: null,
    reactions: [],
    editedAt: null,
    deletedAt: null,
    status: 'sent',
    waiting: null,
    location: null,
    contacts: null,
    poll: null,
    mentions: [],
    statusAt: { ...never, ...ends },
    receipts: null,
    error: null,
    referenceId: null,
    createdAt: '2026-11-25T11:59:00.000Z',
    ...different,
  };
}
