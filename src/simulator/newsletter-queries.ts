import { QueryIds, type BinaryNode } from '@whiskeysockets/baileys';
import type { Device } from './directory.ts';
import type { Network } from './network.ts';
import type { Newsletter } from './newsletters.ts';
import { notFound, result, type AnswerQuery } from './query-answer.ts';
import { children, find, stanza, unixSeconds } from './stanza.ts';

const ids: Readonly<Record<keyof typeof QueryIds, string>> = QueryIds;

type Variables = Readonly<Record<string, unknown>>;

/** The answers of `w:mex` about channels, as Baileys' `Socket/newsletter.js` asks; undefined for what is not known. */
export type NewsletterMex = (device: Device, queryId: string, variables: Variables) => unknown;

function textIn(fields: unknown, name: string): string | undefined {
  const value = typeof fields === 'object' && fields !== null ? (fields as Variables)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function described(newsletter: Newsletter, viewer: string) {
  const { jid, name, description, owner, followers, mutedBy, invite, createdAt } = newsletter;
  const time = createdAt.toString();
  const follower = followers.includes(viewer) ? 'SUBSCRIBER' : 'GUEST';
  return {
    id: jid,
    state: { type: 'ACTIVE' },
    thread_metadata: {
      creation_time: time,
      name: { id: time, text: name, update_time: time },
      description: { id: time, text: description, update_time: time },
      handle: null,
      invite,
      picture: { id: '0', direct_path: '', type: 'IMAGE' },
      subscribers_count: followers.length.toString(),
      verification: 'UNVERIFIED',
    },
    viewer_metadata: { mute: mutedBy.includes(viewer) ? 'ON' : 'OFF', role: viewer === owner ? 'OWNER' : follower },
  };
}

export function createNewsletterMex({ newsletters }: Network): NewsletterMex {
  function without(list: readonly string[], number: string): string[] {
    return list.filter((other) => other !== number);
  }
  function about(newsletter: Newsletter, number: string, queryId: string, variables: Variables): unknown {
    const { followers, mutedBy, owner } = newsletter;
    const answer = (changed: Newsletter) => described(newsletters.save(changed), number);
    switch (queryId) {
      case ids.FOLLOW:
        return {
          xwa2_newsletter_join_v2: answer({ ...newsletter, followers: [...without(followers, number), number] }),
        };
      case ids.UNFOLLOW:
        return { xwa2_newsletter_leave_v2: answer({ ...newsletter, followers: without(followers, number) }) };
      case ids.MUTE:
        return { xwa2_newsletter_mute_v2: answer({ ...newsletter, mutedBy: [...without(mutedBy, number), number] }) };
      case ids.UNMUTE:
        return { xwa2_newsletter_unmute_v2: answer({ ...newsletter, mutedBy: without(mutedBy, number) }) };
      case ids.SUBSCRIBERS:
        return { xwa2_newsletter_subscribers: { subscribers: followers.length } };
      case ids.ADMIN_COUNT:
        return { xwa2_newsletter_admin: { admin_count: 1 } };
    }
    if (owner !== number) return undefined;
    if (queryId === ids.UPDATE_METADATA) {
      const name = textIn(variables['updates'], 'name') ?? newsletter.name;
      const description = textIn(variables['updates'], 'description') ?? newsletter.description;
      return { xwa2_newsletter_update: answer({ ...newsletter, name, description }) };
    }
    if (queryId !== ids.DELETE) return undefined;
    newsletters.remove(newsletter);
    return { xwa2_newsletter_delete_v2: { id: newsletter.jid } };
  }

  return ({ number }, queryId, variables) => {
    if (queryId === ids.CREATE) {
      const { input } = variables;
      const created = newsletters.create(textIn(input, 'name') ?? '', number, textIn(input, 'description'));
      return { xwa2_newsletter_create: described(created, number) };
    }
    if (queryId === ids.METADATA) {
      const key = textIn(variables['input'], 'key') ?? '';
      const found = newsletters.get(key) ?? newsletters.byInvite(key);
      return { xwa2_newsletter: found ? described(found, number) : null };
    }
    const newsletter = newsletters.get(textIn(variables, 'newsletter_id') ?? '');
    return newsletter && about(newsletter, number, queryId, variables);
  };
}

const liveSeconds = '300';

/** `xmlns=newsletter`: its last posts, and news about them for a while. */
export function createNewsletterQuery({ newsletters }: Network): AnswerQuery {
  function posts(newsletter: Newsletter, asked: BinaryNode): BinaryNode[] {
    const count = Number(asked.attrs['count'] ?? newsletter.posts.length);
    const since = Number(asked.attrs['since'] ?? 0);
    const after = Number(asked.attrs['after'] ?? 0);
    return newsletter.posts
      .filter(({ at, serverId }) => at >= since && serverId > after)
      .slice(-count)
      .map((post) => newsletters.stanzaOf(newsletter, post));
  }

  return (_device, query) => {
    const newsletter = newsletters.get(query.attrs['to'] ?? '');
    if (!newsletter) return notFound;
    const asked = find(query, 'message_updates');
    if (asked) {
      const messages = stanza('messages', { jid: newsletter.jid, t: unixSeconds() }, posts(newsletter, asked));
      return result(stanza('message_updates', {}, [messages]));
    }
    const isLive = children(query).some(({ tag }) => tag === 'live_updates');
    return isLive ? result(stanza('live_updates', { duration: liveSeconds })) : undefined;
  };
}
