import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Network } from './network.ts';
import { done, notFound, result, type Answer, type AnswerQuery } from './query-answer.ts';
import { bytesOf, children, find, stanza } from './stanza.ts';

const privacyCategories = ['last', 'online', 'profile', 'status', 'readreceipts', 'groupadd', 'calladd', 'messages'];
// Baileys' Types/Mex.js names these two.
const timeLockQuery = '23983697327930364';
const mexAnswers: Readonly<Record<string, unknown>> = {
  '24503548349331633': {
    xwa2_message_capping_info: { total_quota: -1, used_quota: 0, cycle_start_timestamp: '0', capping_status: 'NONE' },
  },
};

function privacy(query: BinaryNode): Answer {
  if (query.attrs['type'] === 'set') return find(query, 'tokens') ? result(stanza('tokens')) : done;
  return result(
    stanza(
      'privacy',
      {},
      privacyCategories.map((name) => stanza('category', { name, value: 'all' })),
    ),
  );
}

function timeLock(lock: { until?: number } | undefined): unknown {
  const ends = lock?.until === undefined ? {} : { time_enforcement_ends: lock.until.toString() };
  return { xwa2_fetch_account_reachout_timelock: { is_active: lock !== undefined, ...ends } };
}

function mex(query: BinaryNode, lock: { until?: number } | undefined): Answer | undefined {
  const asked = find(query, 'query')?.attrs['query_id'] ?? '';
  const data = asked === timeLockQuery ? timeLock(lock) : mexAnswers[asked];
  return data === undefined ? undefined : result(stanza('result', {}, Buffer.from(JSON.stringify({ data }))));
}

/** Every collection is empty at version 0: a client that gets no answer, or one without collections, never goes on. */
function appState(query: BinaryNode): Answer {
  const asked = children(find(query, 'sync'));
  if (asked.some((collection) => find(collection, 'patch'))) {
    return { error: { code: 501, text: 'feature-not-implemented' } };
  }
  const collections = asked.map(({ attrs }) => stanza('collection', { name: attrs['name'], version: '0' }));
  return result(stanza('sync', {}, collections));
}

/** The queries about an account itself, by xmlns. */
export function createAccountQueries(network: Network): Readonly<Record<string, AnswerQuery>> {
  return {
    'w:p': () => done,
    abt: () => result(stanza('props', { protocol: '1', refresh: '86400' })),
    blocklist: (_device, query) => (query.attrs['type'] === 'get' ? result(stanza('list', {}, [])) : done),
    privacy: (_device, query) => privacy(query),
    'w:mex': (device, query) => mex(query, network.faults.timeLock(device.number)),
    'w:sync:app:state': (_device, query) => appState(query),
    'w:profile:picture': (_device, query) =>
      query.attrs['type'] === 'get' ? notFound : result(stanza('picture', { id: '1' })),
    status: () => done,
    disappearing_mode: () => done,
    'w:stats': () => done,
    'urn:xmpp:whatsapp:dirty': () => done,
    'w:biz': (_device, query) =>
      find(query, 'business_profile') ? result(stanza('business_profile', { v: '244' })) : undefined,
    // Uploads have no host here yet.
    'w:m': () => ({ error: { code: 503, text: 'service-unavailable' } }),
    'w:g2': (device, query) => {
      const { groups } = network;
      if (find(query, 'participating'))
        return result(
          stanza(
            'groups',
            {},
            groups.of(device.number).map((group) => groups.describe(group)),
          ),
        );
      const group = groups.get(query.attrs['to'] ?? '');
      if (!find(query, 'query')) return undefined;
      return group?.participants.includes(device.number) ? result(groups.describe(group)) : notFound;
    },
  };
}

/** What a query asked for, to tell which one is not known. */
export function describeQuery(query: BinaryNode): string {
  const { xmlns = '?', type = '?' } = query.attrs;
  const asked = children(query).map((child) => child.tag);
  const id = find(query, 'query')?.attrs['query_id'];
  return `${xmlns} ${type} ${asked.join(',')}${id ? ` ${id}` : ''}${bytesOf(query) ? ' (bytes)' : ''}`;
}
