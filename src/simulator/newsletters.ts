import { randomBytes, randomInt } from 'node:crypto';
import { normalizeMessageContent, proto, type BinaryNode } from '@whiskeysockets/baileys';
import { stanzaKind } from './message-building.ts';
import { decodeJson, encodeJson, stanza, unixSeconds } from './stanza.ts';
import type { State } from './state.ts';

export interface NewsletterPost {
  readonly serverId: number;
  readonly id: string;
  readonly message: Uint8Array;
  /** Unix seconds. */
  readonly at: number;
  /** Emoji by number. */
  readonly reactions: Readonly<Record<string, string>>;
}

/** A channel: one writes, its followers read; nothing is encrypted. */
export interface Newsletter {
  readonly jid: string;
  readonly name: string;
  readonly description: string;
  /** Number of who writes. */
  readonly owner: string;
  readonly followers: readonly string[];
  readonly mutedBy: readonly string[];
  readonly invite: string;
  /** Unix seconds. */
  readonly createdAt: number;
  readonly lastServerId: number;
  readonly posts: readonly NewsletterPost[];
}

export interface Newsletters {
  create(name: string, owner: string, description?: string): Newsletter;
  get(jid: string): Newsletter | undefined;
  byInvite(code: string): Newsletter | undefined;
  save(newsletter: Newsletter): Newsletter;
  remove(newsletter: Newsletter): void;
  addPost(newsletter: Newsletter, id: string, message: Uint8Array): NewsletterPost;
  react(jid: string, number: string, serverId: number, emoji: string): void;
  /** The post as `decodeMessageNode` in Baileys' `Utils/decode-wa-message.js` reads it. */
  stanzaOf(newsletter: Newsletter, post: NewsletterPost): BinaryNode;
  restore(value: Uint8Array): void;
}

const keptPosts = 100;

export function isNewsletterJid(jid: string | undefined): jid is string {
  return jid?.endsWith('@newsletter') ?? false;
}

export function createNewsletters(state: State): Newsletters {
  const newsletters = new Map<string, Newsletter>();

  function save(newsletter: Newsletter): Newsletter {
    const { jid } = newsletter;
    newsletters.set(jid, newsletter);
    state.put(jid, `newsletter:${jid}`, () => encodeJson(newsletter));
    return newsletter;
  }
  function stanzaOf({ jid }: Newsletter, { id, serverId, message, at }: NewsletterPost): BinaryNode {
    const plain = normalizeMessageContent(proto.Message.decode(message)) ?? {};
    const type = stanzaKind(plain).attributes['type'];
    return stanza('message', { from: jid, id, server_id: serverId.toString(), type, t: at.toString() }, [
      stanza('plaintext', {}, Buffer.from(message)),
    ]);
  }

  return {
    create: (name, owner, description = '') =>
      save({
        jid: `120363${randomInt(10 ** 11, 10 ** 12)}@newsletter`,
        name,
        description,
        owner,
        followers: [],
        mutedBy: [],
        invite: randomBytes(11).toString('hex'),
        createdAt: Number(unixSeconds()),
        lastServerId: 99,
        posts: [],
      }),
    get: (jid) => newsletters.get(jid),
    byInvite: (code) => [...newsletters.values()].find(({ invite }) => invite === code),
    save,
    remove({ jid }) {
      newsletters.delete(jid);
      state.erase(jid, `newsletter:${jid}`);
    },
    addPost(newsletter, id, message) {
      const serverId = newsletter.lastServerId + 1;
      const post = { serverId, id, message, at: Number(unixSeconds()), reactions: {} };
      save({ ...newsletter, lastServerId: serverId, posts: [...newsletter.posts, post].slice(-keptPosts) });
      return post;
    },
    react(jid, number, serverId, emoji) {
      const newsletter = newsletters.get(jid);
      if (!newsletter) return;
      const posts = newsletter.posts.map((each) => {
        if (each.serverId !== serverId) return each;
        const { [number]: _before, ...others } = each.reactions;
        return { ...each, reactions: emoji === '' ? others : { ...others, [number]: emoji } };
      });
      save({ ...newsletter, posts });
    },
    stanzaOf,
    restore(value) {
      const newsletter = decodeJson(value) as Newsletter;
      newsletters.set(newsletter.jid, newsletter);
    },
  };
}
