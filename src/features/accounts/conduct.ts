import type { Channel, ChannelNotice, ChannelSink, ReadMessage } from '../../channels/channel.ts';
import type { IncomingMessage } from '../../channels/content.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Batch } from '../../platform/commit-writer.ts';
import { errorMessage } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { BehaviourSettings } from './account-settings.ts';

export interface ConductOptions {
  accountId: string;
  behaviour: BehaviourSettings;
  /** The account's channel, while it is online. */
  online: () => Channel | undefined;
  inbox: ConductInbox;
  clock: Clock;
  log: Log;
}

/** What the account's settings leave of what a channel tells. */
export interface ConductInbox extends Pick<ChannelSink, 'act' | 'receipt' | 'notice'> {
  /** `storeFile`: the message's file, where it has one, is to be stored at once. */
  incoming(message: IncomingMessage, batch: Batch, wishes: { storeFile: boolean }): void;
}

/** Does by itself what the account's behaviour settings ask for, and keeps from the inbox what they ignore. */
export interface Conduct extends Pick<ChannelSink, 'incoming' | 'act' | 'receipt' | 'notice'> {
  /** The settings as they stood then, by the monotonic clock; older ones than are known change nothing. */
  follow(behaviour: BehaviourSettings, asOfMs: number): void;
  /** The channel has come online. */
  begin(): void;
}

/** WhatsApp rings for about a minute; what is offered later is a call that nobody took. */
const ringingMs = 60_000;
const mostUnread = 5_000;
const mostAtOnce = 500;

export function createConduct(options: ConductOptions): Conduct {
  const { accountId, online, inbox, clock, log } = options;
  let { behaviour } = options;
  let knownMs = -Infinity;
  let unread: ReadMessage[] = [];
  let reading = false;

  function failed(act: string, error: unknown): void {
    log.warn('The account could not do what its settings ask for', { accountId, act, reason: errorMessage(error) });
  }

  /** What could not be told is told on the next line. */
  async function readAll(): Promise<void> {
    if (reading) return;
    reading = true;
    let taken: ReadMessage[] = [];
    try {
      for (let reads = online()?.reads; reads && unread.length > 0; reads = online()?.reads) {
        taken = unread.splice(0, mostAtOnce);
        await reads.read(taken);
      }
    } catch (error) {
      if (behaviour.markRead) unread = [...taken, ...unread];
      failed('read', error);
    } finally {
      reading = false;
    }
  }

  function readLater({ remoteId, address, from }: IncomingMessage): void {
    unread = [...unread, { remoteId, chat: address, from }].slice(-mostUnread);
    void readAll();
  }

  function isIgnored({ type }: Pick<IncomingMessage['chat'], 'type'>): boolean {
    return (type === 'group' && behaviour.ignoreGroups) || (type === 'status' && behaviour.ignoreStatus);
  }

  function isToRing(notice: ChannelNotice): notice is Extract<ChannelNotice, { kind: 'call' }> {
    if (notice.kind !== 'call' || notice.call.status !== 'ringing') return false;
    return clock.now().getTime() - notice.call.at.getTime() < ringingMs;
  }

  return {
    act(act, batch) {
      if (!isIgnored(act.chat)) inbox.act(act, batch);
    },
    incoming(message, batch) {
      if (isIgnored(message.chat)) return;
      const { fromMe, chat } = message;
      inbox.incoming(message, batch, { storeFile: behaviour.storeMedia && !fromMe });
      const isOfPeople = chat.type === 'personal' || chat.type === 'group';
      if (behaviour.markRead && !fromMe && isOfPeople) batch.afterCommit(() => readLater(message));
    },
    receipt: inbox.receipt,
    notice(notice: ChannelNotice, batch: Batch) {
      if (notice.kind === 'presence' && isIgnored(notice.presence.chat)) return;
      if (notice.kind === 'group' && behaviour.ignoreGroups) return;
      if (notice.kind === 'chat' && isIgnored(notice.change.chat)) return;
      inbox.notice(notice, batch);
      if (!behaviour.rejectCalls || !isToRing(notice)) return;
      batch.afterCommit(() => {
        online()
          ?.calls?.reject(notice.call)
          .catch((error: unknown) => failed('reject', error));
      });
    },
    follow(next, asOfMs) {
      if (asOfMs < knownMs) return;
      const before = behaviour;
      behaviour = next;
      knownMs = asOfMs;
      if (!next.markRead) unread = [];
      if (next.alwaysOnline !== before.alwaysOnline) online()?.presence?.setAvailable(next.alwaysOnline);
    },
    begin() {
      if (behaviour.alwaysOnline) online()?.presence?.setAvailable(true);
      void readAll();
    },
  };
}
