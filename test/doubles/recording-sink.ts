import type { ChannelNotice, ChannelSink, ChannelState } from '../../src/channels/channel.ts';
import type { IncomingAct } from '../../src/channels/acts.ts';
import type { IncomingMessage, Receipt } from '../../src/channels/content.ts';
import type { ChangeKind } from '../../src/platform/commit-writer.ts';
import { waitFor } from './wait-for.ts';

type StateOf<Kind extends ChannelState['kind']> = Extract<ChannelState, { kind: Kind }>;

/** The product's end of a channel: keeps what it is told; what came with a batch, once that is durable. */
export interface RecordingSink extends Pick<ChannelSink, 'state'> {
  readonly sink: ChannelSink;
  readonly states: ChannelState[];
  readonly messages: IncomingMessage[];
  readonly acts: IncomingAct[];
  readonly receipts: Receipt[];
  readonly notices: ChannelNotice[];
  /** Waits until the last state told is of this kind. */
  becomes<Kind extends ChannelState['kind']>(kind: Kind): Promise<StateOf<Kind>>;
  /** Waits for a state of this kind that is told from now on. */
  next<Kind extends ChannelState['kind']>(kind: Kind): Promise<StateOf<Kind>>;
  receives(text: string): Promise<IncomingMessage>;
  ticks(remoteId: string, status: Receipt['status']): Promise<Receipt>;
  notice<Kind extends ChannelNotice['kind']>(kind: Kind): Promise<Extract<ChannelNotice, { kind: Kind }>>;
}

function recorded<Row>(name: string, durable: Row[]): ChangeKind<Row> {
  return {
    name,
    async apply(tx, changes) {
      await tx.execute('SELECT 1');
      tx.afterCommit(() => durable.push(...changes.map(({ row }) => row)));
    },
  };
}

async function found<T>(look: () => T | undefined): Promise<T> {
  let seen: T | undefined;
  await waitFor(() => (seen = look()) !== undefined);
  return seen as T;
}

export function createRecordingSink(): RecordingSink {
  const states: ChannelState[] = [];
  const messages: IncomingMessage[] = [];
  const acts: IncomingAct[] = [];
  const receipts: Receipt[] = [];
  const notices: ChannelNotice[] = [];
  const messageKind = recorded('recorded messages', messages);
  const actKind = recorded('recorded acts', acts);
  const receiptKind = recorded('recorded receipts', receipts);
  const noticeKind = recorded('recorded notices', notices);
  const state = (next: ChannelState): void => void states.push(next);

  return {
    sink: {
      state,
      incoming: (message, batch) => batch.add(messageKind, message),
      act: (act, batch) => batch.add(actKind, act),
      receipt: (receipt, batch) => batch.add(receiptKind, receipt),
      notice: (notice, batch) => batch.add(noticeKind, notice),
    },
    state,
    states,
    messages,
    acts,
    receipts,
    notices,
    becomes: <Kind extends ChannelState['kind']>(kind: Kind) =>
      found(() => {
        const last = states.at(-1);
        return last?.kind === kind ? (last as StateOf<Kind>) : undefined;
      }),
    next<Kind extends ChannelState['kind']>(kind: Kind) {
      const from = states.length;
      return found(() => states.slice(from).find((each): each is StateOf<Kind> => each.kind === kind));
    },
    receives: (text) => found(() => messages.find(({ content }) => content.type === 'text' && content.text === text)),
    ticks: (remoteId, status) =>
      found(() => receipts.find((receipt) => receipt.remoteId === remoteId && receipt.status === status)),
    notice: <Kind extends ChannelNotice['kind']>(kind: Kind) =>
      found(() => notices.find((each): each is Extract<ChannelNotice, { kind: Kind }> => each.kind === kind)),
  };
}
