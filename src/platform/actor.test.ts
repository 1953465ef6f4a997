import { expect, test } from 'vitest';
import { type Actor, actorOf } from './actor.ts';
import type { Caller } from './caller.ts';

const address = '192.0.2.7';

test.each<[string, Caller, Omit<Actor, 'address'>]>([
  [
    'an admin key by its name',
    { kind: 'admin', keyId: 'key_1', keyName: 'Backup script' },
    { kind: 'key', name: 'Backup script' },
  ],
  [
    'an account key by its hint',
    { kind: 'account', accountId: 'acc_1', keyId: 'key_2', keyName: 'sk_live_…9xYz' },
    { kind: 'key', name: 'sk_live_…9xYz' },
  ],
  ['somebody without a key', { kind: 'anonymous' }, { kind: 'person', name: 'somebody not signed in' }],
])('%s is the actor of a request, with the address it came from', (_, caller, expected) => {
  expect(actorOf({ caller, address })).toEqual({ ...expected, address });
});

test('an address that is not known is null', () => {
  expect(actorOf({ caller: { kind: 'anonymous' }, address: '' }).address).toBeNull();
});
