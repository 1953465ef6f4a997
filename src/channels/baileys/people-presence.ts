import { areJidsSameUser, type BinaryNode, getAllBinaryNodeChildren, type WASocket } from '@whiskeysockets/baileys';
import type { Log } from '../../platform/log.ts';
import { bareJid, chatTypeOf, isLid } from '../address.ts';
import type { PersonPresence } from '../channel.ts';
import type { Person } from '../content.ts';
import { personOf } from './from-baileys.ts';

export interface PeoplePresenceOptions {
  socket: WASocket;
  tell: (presence: PersonPresence) => void;
  log: Log;
}

/** `sendPresenceUpdate` in Baileys' `Socket/chats.js` writes the same; its own event says `available` for `paused`. */
const activities: Readonly<Record<string, PersonPresence['state']>> = { composing: 'composing', paused: 'paused' };

/** Tells what people show of themselves, in the order in which it came. */
export function watchPeoplePresence({ socket, tell, log }: PeoplePresenceOptions): void {
  let last: Promise<unknown> = Promise.resolve();

  async function personBehind(jid: string): Promise<Person> {
    const known = isLid(jid) ? await socket.signalRepository.lidMapping.getPNForLID(jid) : undefined;
    return personOf(jid, known, null);
  }

  async function take(node: BinaryNode): Promise<void> {
    const { from = '', participant = from } = node.attrs;
    const state = stateOf(node);
    const type = chatTypeOf(from);
    const { me } = socket.authState.creds;
    const isOwn = areJidsSameUser(participant, me?.id) || areJidsSameUser(participant, me?.lid);
    if (!state || (type !== 'personal' && type !== 'group') || isOwn) return;
    const person = await personBehind(participant);
    const lastSeen = secondsIn(node.attrs['last']);
    tell({ chat: { jid: type === 'group' ? bareJid(from) : person.jid, type }, person, state, lastSeen });
  }

  for (const tag of ['presence', 'chatstate'] as const) {
    socket.ws.on(`CB:${tag}`, (node: BinaryNode) => {
      last = last.then(() => take(node)).catch((error: unknown) => log.debug('A presence was not told', { error }));
    });
  }
}

function stateOf(node: BinaryNode): PersonPresence['state'] | undefined {
  if (node.tag === 'presence') return node.attrs['type'] === 'unavailable' ? 'unavailable' : 'available';
  const [child] = getAllBinaryNodeChildren(node);
  return child?.attrs['media'] === 'audio' ? 'recording' : activities[child?.tag ?? ''];
}

/** `deny` where the person shows nobody. */
function secondsIn(value: string | undefined): Date | null {
  const seconds = Number(value);
  return seconds > 0 ? new Date(seconds * 1000) : null;
}
