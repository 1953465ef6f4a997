import type { PhoneMessage } from '../../src/simulator/phone-message.ts';
import type { MessageJson } from '../doubles/api.ts';
import type { LinkedAccount } from './linked-world.ts';
import type { Rig } from './rig.ts';
import type { Server } from './server.ts';
import type { Stage } from './stage.ts';

export interface Accepted {
  readonly whatsappId: string;
  readonly text: string;
  readonly to: string;
}

interface Written {
  readonly id: string;
  readonly text: string;
}

/** People who write with an account, each in a chat of their own and some in a group. */
export const people = Array.from({ length: 8 }, (_, index) => String(9_990_000_000_101 + index));
const [firstPerson = '', secondPerson = ''] = people;

/** Messages between one account and its people, and what became of them. */
export interface Traffic {
  /** Answered with 202. */
  readonly accepted: readonly Accepted[];
  readonly written: readonly Written[];
  /** Posts texts to all chats in turn, spread over this time; those that fail are not accepted. */
  post(server: Server, count: number, overMs: number): Promise<void>;
  /** Has people write to the account, likewise. */
  write(count: number, overMs: number): Promise<void>;
  /** Resolves once nothing is on its way any more, in either direction. */
  settles(): Promise<void>;
  /** Says what the row promises about all of them; no server may run. */
  judge(): Promise<void>;
}

/** With the first account of the rig; the group is made when it is first written to. */
export async function openTraffic(stage: Stage, rig: Rig, account: LinkedAccount = rig.account): Promise<Traffic> {
  const { database, simulator } = rig;
  const group = await simulator.control.createGroup('Friends', [account.number, firstPerson, secondPerson]);
  const chats = [...people, group.jid];
  const accepted: Accepted[] = [];
  const written: Written[] = [];
  let posted = 0;

  async function post(server: Server, to: string, text: string): Promise<void> {
    const message = await server.api.send(account, to, text).catch(() => undefined);
    if (message) accepted.push({ whatsappId: message.whatsappId, text, to });
  }
  async function write(index: number): Promise<void> {
    const chat = chats[index % chats.length] ?? '';
    const from = chat === group.jid ? firstPerson : chat;
    const text = `in ${index}`;
    const to = chat === group.jid ? group.jid : account.number;
    written.push({ id: (await simulator.control.phone(from).send({ to, text })).id, text });
  }
  /** Begins each at its moment, and waits for all. */
  async function spread(count: number, overMs: number, begin: () => Promise<void>): Promise<void> {
    const begun: Promise<void>[] = [];
    for (let index = 0; index < count; index += 1) {
      begun.push(stage.beside(begin()));
      await stage.clock.sleep((stage.random() * 2 * overMs) / count);
    }
    await Promise.all(begun);
  }

  async function shownAt(number: string): Promise<readonly PhoneMessage[]> {
    return (await simulator.control.phone(number).messages()).filter(({ fromMe }) => !fromMe);
  }

  async function judgeSent(): Promise<void> {
    const shown = new Map(await Promise.all(people.map(async (number) => [number, await shownAt(number)] as const)));
    const receivers = (to: string): string[] => (to === group.jid ? [firstPerson, secondPerson] : [numberIn(to)]);
    const isShown = (id: string, to: string): boolean =>
      receivers(to).every((number) => shown.get(number)?.some((message) => message.id === id));
    // Also those that were stored when their server died before it could say so.
    const rows = await database.rows<{ id: string; to: string; status: string }>(
      `SELECT remote_id AS id, chat_jid AS to, status FROM messages WHERE account_id = $1 AND origin = 'api'`,
      [account.id],
    );
    const stored = new Set(rows.map(({ id }) => id));
    const lost = accepted.filter(({ whatsappId, to }) => !stored.has(whatsappId) || !isShown(whatsappId, to));
    stage.promise('accepted and lost', lost, []);
    const sent = new Set(['sent', 'delivered', 'read']);
    const unlike = rows.filter(({ id, to, status }) => sent.has(status) !== isShown(id, to));
    stage.promise('shown, but not sent, or the other way round', unlike, []);
    stage.promise('shown twice', [...shown.values()].flatMap(textsShownTwice), []);
  }

  async function judgeReceived(): Promise<void> {
    const rows = await database.rows<{ id: string; text: string }>(
      `SELECT remote_id AS id, text FROM messages WHERE account_id = $1 AND direction = 'incoming'`,
      [account.id],
    );
    const stored = new Set(rows.map(({ id, text }) => `${id} ${text}`));
    const missing = written.filter(({ id, text }) => !stored.has(`${id} ${text}`));
    stage.promise('received, acknowledged and missing', missing, []);
    stage.promise('rows of received ones', rows.length, written.length);
  }

  return {
    accepted,
    written,
    post: (server, count, overMs) =>
      spread(count, overMs, () => {
        const index = posted;
        posted += 1;
        return post(server, chats[index % chats.length] ?? '', `out ${index}`);
      }),
    async write(count, overMs) {
      const from = written.length;
      let next = from;
      await spread(count, overMs, () => write(next++));
    },
    async settles() {
      const underWay = async (): Promise<number> => {
        const rows = await database.rows<Pick<MessageJson, 'status'>>(
          `SELECT status FROM messages WHERE account_id = $1 AND status IN ('queued', 'sending')`,
          [account.id],
        );
        return rows.length;
      };
      await stage.until('everything accepted was sent', async () => (await underWay()) === 0, 60_000);
      const phone = simulator.control.phone(account.number);
      await stage.until('everything was acknowledged', async () => (await phone.unacknowledged()) === 0, 60_000);
    },
    async judge() {
      await judgeSent();
      await judgeReceived();
      const { undecryptable, repeatedSteps, retries, stanzasById, unknownQueries } = await simulator.control.counters();
      stage.promise('undecryptable', undecryptable, 0);
      stage.promise('queries that the network does not know', unknownQueries, []);
      stage.promise('linked devices', await simulator.control.phone(account.number).devices(), [account.device]);
      stage.count('accepted', accepted.length);
      stage.count('received', written.length);
      stage.count('resent', [...stanzasById.values()].filter((count) => count > 1).length);
      stage.promise('asked again', retries, 0);
      stage.count('repeated steps', repeatedSteps);
    },
  };
}

function numberIn(jid: string): string {
  return jid.split('@', 1)[0] ?? '';
}

/** Texts that one phone shows under two ids. */
function textsShownTwice(messages: readonly PhoneMessage[]): string[] {
  const idsByText = new Map<string, Set<string>>();
  for (const { id, text } of messages) idsByText.set(text, (idsByText.get(text) ?? new Set()).add(id));
  return [...idsByText].filter(([, ids]) => ids.size > 1).map(([text]) => text);
}
