import { createHash } from 'node:crypto';
import {
  type AuthenticationCreds,
  type BinaryNode,
  DEFAULT_CONNECTION_CONFIG,
  encodeBinaryNode,
  type SignalRepositoryWithLIDStore,
  type UserFacingSocketConfig,
} from '@whiskeysockets/baileys';
import type { Batch, ChangeKind } from '../../platform/commit-writer.ts';
import type { JournalRow } from './inbound-journal.store.ts';
import type { InboundStanza } from './inbound-stanzas.ts';
import type { SessionRenewals } from './session-renewals.ts';
import type { SignalStore } from './signal-store.ts';

export type MakeRepository = NonNullable<UserFacingSocketConfig['makeSignalRepository']>;

export interface RepositoryOptions {
  creds: AuthenticationCreds;
  store: SignalStore;
  renewals: SessionRenewals;
  journal: ChangeKind<JournalRow>;
  /** The stanza of a ciphertext that is about to be opened. */
  opening(ciphertext: Uint8Array): InboundStanza | undefined;
  /** Adds what a message says to the batch of its keys. */
  opened(message: OpenedMessage, batch: Batch): void;
  /** A message between own devices: told when it has been opened, and its effects are still to come. */
  openedPeer(hash: Buffer): void;
  /** What a ciphertext said when it was opened before; waits for everything that is being stored. */
  writtenDown(hash: Buffer): Promise<Buffer | undefined>;
}

/** A message of somebody, as it was just opened. */
export interface OpenedMessage extends InboundStanza {
  plaintext: Uint8Array;
  /** Of the ciphertext: the same whenever the message comes again. */
  hash: Buffer;
}

type Inner = SignalRepositoryWithLIDStore;

/**
 * Baileys' Signal repository over our keys. Each of its acts is one transaction: what a message changes, what it says and
 * that it was read are stored together, or not at all. One act at a time for an account, because a phone's address and
 * its LID lead to the same session.
 */
export function signalRepository(options: RepositoryOptions): MakeRepository {
  const { store, creds, renewals } = options;

  return (_auth, logger, phoneToLid) => {
    const inner = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(
      { creds, keys: store.transactionKeys },
      logger,
      phoneToLid,
    );

    const act = <T>(work: () => Promise<T>): Promise<T> => store.transaction(work);

    async function open(ciphertext: Uint8Array, isMessage: boolean, work: () => Promise<Uint8Array>) {
      const stanza = options.opening(ciphertext);
      try {
        return await store.transaction(work, {
          oneSessionMoves: isMessage,
          also: (plaintext, batch) => stanza && writeDown(stanza, ciphertext, plaintext, batch),
        });
      } catch (error) {
        // Read before, confirmed too late: the key is used up, but what it said stands in the journal.
        const hash = hashOf(ciphertext);
        const plaintext = await options.writtenDown(hash);
        if (!plaintext) throw error;
        if (stanza && isPeer(stanza)) options.openedPeer(hash);
        return plaintext;
      }
    }

    function writeDown(stanza: InboundStanza, ciphertext: Uint8Array, plaintext: Uint8Array, batch: Batch): void {
      const hash = hashOf(ciphertext);
      batch.add(options.journal, {
        hash,
        plaintext,
        stanza: isPeer(stanza) ? encodeBinaryNode(asItCame(stanza)) : null,
      });
      if (isPeer(stanza)) options.openedPeer(hash);
      else options.opened({ ...stanza, plaintext, hash }, batch);
    }

    return {
      ...inner,
      decryptMessage: (message) =>
        open(message.ciphertext, message.type === 'msg', () => inner.decryptMessage(message)),
      decryptGroupMessage: (message) => open(message.msg, false, () => inner.decryptGroupMessage(message)),
      encryptMessage: (given) => act(() => inner.encryptMessage(given)),
      encryptGroupMessage: (given) => act(() => inner.encryptGroupMessage(given)),
      getSenderKeyDistributionMessage: (given) => act(() => inner.getSenderKeyDistributionMessage(given)),
      processSenderKeyDistributionMessage: (given) => act(() => inner.processSenderKeyDistributionMessage(given)),
      deleteSession: (jids) => act(() => inner.deleteSession(jids)),
      migrateSession: (from, to) => act(() => inner.migrateSession(from, to)),
      async injectE2ESession(given) {
        if (!(await mayReplace(inner, renewals, given.jid))) return;
        await act(() => inner.injectE2ESession(given));
      },
    };
  };
}

/**
 * Baileys 7.0.0-rc14 replaces the session of every device whose LID it learns, also those that work. A new one is good only
 * where there is none, or where the other side has asked for it.
 */
async function mayReplace(inner: Inner, renewals: SessionRenewals, jid: string): Promise<boolean> {
  const addressOf = async (each: string): Promise<string> =>
    inner.jidToSignalProtocolAddress((await inner.lidMapping.getLIDForPN(each)) ?? each);
  if (await renewals.take(jid, addressOf)) return true;
  return !(await inner.validateSession(jid)).exists;
}

/** Between own devices, such as the history. */
function isPeer({ node }: InboundStanza): boolean {
  return node.attrs['category'] === 'peer';
}

function asItCame({ node, arrival }: InboundStanza): BinaryNode {
  if (arrival === 'offline') return node;
  const { offline: _marked, ...attrs } = node.attrs;
  return { ...node, attrs };
}

function hashOf(ciphertext: Uint8Array): Buffer {
  return createHash('sha256').update(ciphertext).digest();
}
