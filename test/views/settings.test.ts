import { describe, expect, test } from 'vitest';
import { auditActions, type AuditAction } from '../../src/features/audit/audit.ts';
import { AuditView, type AuditModel } from '../../views/settings/audit.tsx';
import { GeneralView } from '../../views/settings/general.tsx';
import { KeysView, newKeyName, RevokeView } from '../../views/settings/keys.tsx';
import { ShortcutsView } from '../../views/settings/shortcuts.tsx';
import { rendered, wordsOf } from '../doubles/rendered-view.ts';

const at = new Date('2026-11-25T11:30:00Z');
const evil = '<img src=x>';
const evilText = '<bdi>&lt;img src=x></bdi>';

describe('General', () => {
  const model = {
    theme: 'dark',
    address: '203.0.113.9',
    trustProxyHops: 1,
    advice: undefined,
    version: '1.2.3',
    storedFiles: { files: 12, bytes: 5_000_000, waiting: 3, limitBytes: 200 * 1024 * 1024 },
  } as const;

  test('shows the theme, the address of this browser, the zone and the version', () => {
    const html = rendered(GeneralView, { model }, { timeZone: 'Asia/Jakarta' });
    expect(html).toMatch(/value="dark" checked/);
    expect(html.match(/ checked/g)).toHaveLength(2);
    const words = wordsOf(html);
    for (const part of ['203.0.113.9', 'TRUST_PROXY=1', 'Asia/Jakarta', '25 Nov 2026, 19:00', '1.2.3']) {
      expect(words).toContain(part);
    }
  });

  test('shows how much of the files that came in is stored, and of how much', () => {
    const words = wordsOf(rendered(GeneralView, { model }));
    expect(words).toMatch(/That came in 12 files, 5 of 200 MB \(MEDIA_STORE_MB=200\).* Still to be fetched 3/);
  });

  test('says what is wrong about proxies', () => {
    const html = rendered(GeneralView, { model: { ...model, advice: 'Set TRUST_PROXY=2.' } });
    expect(wordsOf(html)).toContain('Set TRUST_PROXY=2.');
    expect(html).toContain('notice-warn');
  });
});

describe('API keys', () => {
  const key = { id: 'key_1', name: evil, hint: 'sk_admin_…9xYz', createdAt: at, lastUsedAt: null };
  const model = { keys: [key], next: undefined, isContinued: false, environmentKey: false };

  test('are listed with name, hint, when they were made and last used, and a way to revoke them', () => {
    const used = { ...key, id: 'key_2', lastUsedAt: at };
    const html = rendered(KeysView, { model: { ...model, keys: [key, used] } });
    expect(html).toContain(evilText);
    expect(html).not.toContain(evil);
    expect(html).toContain('href="/settings/keys/key_2/revoke"');
    expect(wordsOf(html)).toMatch(/sk_admin_…9xYz Created 11:30 · never used .* Created 11:30 · last used 30 min ago/);
  });

  test('a new key is shown once, by the page that follows', () => {
    expect(rendered(KeysView, { model })).not.toContain('only time');
    const html = rendered(KeysView, { model }, { once: { name: newKeyName, value: 'sk_admin_whole' } });
    expect(wordsOf(html)).toContain('This is the only time that it is shown.');
    expect(html).toContain('sk_admin_whole');
    expect(rendered(KeysView, { model }, { once: { name: 'another', value: 'other' } })).not.toContain('other');
  });

  test('a name that was refused stays in its field, with the reason', () => {
    const problem = { message: 'x', fields: [{ field: 'name', message: 'is required' }], values: { name: 'typed' } };
    const html = rendered(KeysView, { model, problem });
    expect(html).toContain('value="typed"');
    expect(wordsOf(html)).toContain('Name is required.');
  });

  test('an empty list says what to do, and a key from the environment is mentioned', () => {
    const words = wordsOf(rendered(KeysView, { model: { ...model, keys: [], environmentKey: true } }));
    expect(words).toContain('No admin keys yet');
    expect(words).toContain('ADMIN_API_KEY');
  });

  test('a long list is turned page by page', () => {
    const html = rendered(KeysView, { model: { ...model, next: 'key_1', isContinued: true } });
    expect(html).toContain('href="/settings/keys?after=key_1"');
    expect(html).toContain('href="/settings/keys"');
  });

  test('the question before revoking names the key', () => {
    const html = rendered(RevokeView, { value: key });
    expect(html).toContain(evilText);
    expect(html).toContain('action="/settings/keys/key_1/revoke"');
    expect(html).toContain('data-dialog-content');
  });
});

describe('Audit log', () => {
  const entry = {
    id: 7,
    at,
    actorKind: 'person',
    actorName: evil,
    address: '203.0.113.9',
    action: 'account.renamed',
    accountId: 'acc_1',
    accountName: evil,
    details: { name: { from: 'Store', to: evil }, paused: true, id: 'key_1' },
    sentence: 'An account was renamed.',
  } as const;
  const model: AuditModel = {
    entries: [entry],
    accounts: [],
    accountId: undefined,
    older: undefined,
    isContinued: false,
  };

  test('an entry tells who, what, on which account, when and from where', () => {
    const words = wordsOf(rendered(AuditView, { model: { ...model, entries: [{ ...entry, actorName: 'ann' }] } }));
    expect(words).toMatch(
      /11:30 ann An account was renamed\. name: Store → &lt;img src=x> paused: true &lt;img src=x> 203/,
    );
    expect(words).not.toContain('key_1');
  });

  test('what people wrote is text and never markup', () => {
    const html = rendered(AuditView, {
      model: { ...model, accounts: [{ id: 'acc_1', name: evil }], accountId: 'acc_1' },
    });
    expect(html).not.toContain(evil);
    expect(html.match(new RegExp(evilText, 'g'))).toHaveLength(3);
  });

  test.each(Object.entries(auditActions))('%s has a sentence', (action, sentence) => {
    const html = rendered(AuditView, {
      model: { ...model, entries: [{ ...entry, action: action as AuditAction, sentence }] },
    });
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(wordsOf(html)).toContain(sentence);
  });

  test('the filter keeps a deleted account, and further pages keep the filter', () => {
    const html = rendered(AuditView, { model: { ...model, accountId: 'acc_gone', older: 7, isContinued: true } });
    expect(html).toMatch(/<option value="acc_gone" selected>&lt;img src=x> \(deleted\)<\/option>/);
    expect(html).toContain('href="/settings/audit?account=acc_gone&amp;before=7"');
    expect(html).toContain('href="/settings/audit?account=acc_gone"');
  });

  test.each([
    ['no act', {}, 'Nothing yet Acts of people and programs stand here.'],
    ['no act on the account', { accountId: 'acc_1' }, 'Nobody has changed this account.'],
    ['nothing older', { isContinued: true }, 'Nothing older This is the end of the log.'],
  ])('where there is %s, that is said', (_case, different, words) => {
    expect(wordsOf(rendered(AuditView, { model: { ...model, entries: [], ...different } }))).toContain(words);
  });
});

test('the list of shortcuts names each key', () => {
  const html = rendered(ShortcutsView, {});
  const keys = [...html.matchAll(/<kbd>(.*?)<\/kbd>/g)].map(([, key]) => key);
  expect(keys).toEqual(['/', 'n', 'g', 'o', 'g', 'a', 'g', 'w', 'g', 's', '?', 'Esc']);
});
