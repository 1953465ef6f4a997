import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Device } from './directory.ts';
import type { GroupChanges } from './group-changes.ts';
import { createGroupQueries } from './group-queries.ts';
import { uploadTokenSeconds } from './media-library.ts';
import type { Network } from './network.ts';
import { createNewsletterMex, createNewsletterQuery, type NewsletterMex } from './newsletter-queries.ts';
import { done, notFound, result, type Answer, type AnswerQuery } from './query-answer.ts';
import { bytesOf, children, find, stanza } from './stanza.ts';

const privacyCategories = ['last', 'online', 'profile', 'status', 'readreceipts', 'groupadd', 'calladd', 'messages'];
// Baileys' Types/Mex.js names these two.
const timeLockQuery = '23983697327930364';
const mediaConnectionSeconds = '300';
const largestUpload = (2 * 1024 ** 3).toString();
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

function variablesOf(asked: BinaryNode | undefined): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(bytesOf(asked)?.toString() ?? '{}');
  const variables = typeof parsed === 'object' && parsed !== null && 'variables' in parsed ? parsed.variables : {};
  return typeof variables === 'object' && variables !== null ? { ...variables } : {};
}

function mex(network: Network, newsletters: NewsletterMex, device: Device, query: BinaryNode): Answer | undefined {
  const asked = find(query, 'query');
  const id = asked?.attrs['query_id'] ?? '';
  const data =
    id === timeLockQuery
      ? timeLock(network.faults.timeLock(device.number))
      : (mexAnswers[id] ?? newsletters(device, id, variablesOf(asked)));
  return data === undefined ? undefined : result(stanza('result', {}, Buffer.from(JSON.stringify({ data }))));
}

/** Where to upload, and with which token: `refreshMediaConn` in Baileys' `Socket/messages-send.js`. */
function mediaConnection({ media }: Network, device: Device): Answer {
  const host = stanza('host', { hostname: media.host, maxContentLengthBytes: largestUpload });
  const auth = media.uploadToken(device.number);
  const times = { ttl: mediaConnectionSeconds, auth_ttl: uploadTokenSeconds.toString() };
  return result(stanza('media_conn', { auth, ...times, max_buckets: '12' }, [host]));
}

/** What a phone has changed since. A client that gets no answer, or one without collections, never goes on. */
function appState(network: Network, { number }: Device, query: BinaryNode): Answer {
  const asked = children(find(query, 'sync'));
  if (asked.some((collection) => find(collection, 'patch'))) {
    return { error: { code: 501, text: 'feature-not-implemented' } };
  }
  const known = network.phone(number).appState;
  const collections = asked.map(({ attrs: { name = '', version = '0' } }) => {
    const patches = known.after(name, Number(version)).map((patch) => stanza('patch', {}, patch));
    const present = known.version(name).toString();
    return stanza('collection', { name, version: present }, [stanza('patches', {}, patches)]);
  });
  return result(stanza('sync', {}, collections));
}

/** The queries about an account itself, by xmlns. */
export function createAccountQueries(
  network: Network,
  groupChanges: GroupChanges,
): Readonly<Record<string, AnswerQuery>> {
  const newsletters = createNewsletterMex(network);
  return {
    'w:p': () => done,
    abt: () => result(stanza('props', { protocol: '1', refresh: '86400' })),
    blocklist: (_device, query) => (query.attrs['type'] === 'get' ? result(stanza('list', {}, [])) : done),
    privacy: (_device, query) => privacy(query),
    'w:mex': (device, query) => mex(network, newsletters, device, query),
    'w:sync:app:state': (device, query) => appState(network, device, query),
    'w:profile:picture': (_device, query) =>
      query.attrs['type'] === 'get' ? notFound : result(stanza('picture', { id: '1' })),
    status: () => done,
    disappearing_mode: () => done,
    'w:stats': () => done,
    'urn:xmpp:whatsapp:dirty': () => done,
    'w:biz': (_device, query) =>
      find(query, 'business_profile') ? result(stanza('business_profile', { v: '244' })) : undefined,
    'w:m': (device, query) => (find(query, 'media_conn') ? mediaConnection(network, device) : undefined),
    newsletter: createNewsletterQuery(network),
    'w:g2': createGroupQueries(network, groupChanges),
  };
}

/** What a query asked for, to tell which one is not known. */
export function describeQuery(query: BinaryNode): string {
  const { xmlns = '?', type = '?' } = query.attrs;
  const asked = children(query).map((child) => child.tag);
  const id = find(query, 'query')?.attrs['query_id'];
  return `${xmlns} ${type} ${asked.join(',')}${id ? ` ${id}` : ''}${bytesOf(query) ? ' (bytes)' : ''}`;
}
