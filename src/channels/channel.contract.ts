import { describe, expect, test } from 'vitest';
import { type RecordingSink } from '../../test/doubles/recording-sink.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { isAppError } from '../platform/errors.ts';
import type { Channel, Pairing, PairingState } from './channel.ts';
import type { OutgoingMessage } from './content.ts';

/** A channel of one account, and its network as the test moves it. */
export interface ChannelUnderTest {
  readonly channel: Channel;
  readonly told: RecordingSink;
  /** A person does what this kind of channel needs once it shows `pairing`; nothing where it needs nothing. */
  link(): Promise<void>;
  /** Connections that the network has open for this account. */
  openLines(): number;
  /** The network still counts this account as linked. */
  isLinked(): boolean;
  /** Another channel of the same account, as after a restart of the process. */
  again(): ChannelUnderTest;
  /** The phone to which the account is linked. */
  owner: {
    /** `+` and digits. */
    readonly phone: string;
    scans(qr: string): Promise<unknown>;
    types(code: string): Promise<unknown>;
  };
  customer: {
    /** The address to which the channel sends. */
    readonly address: string;
    writes(text: string): Promise<void>;
    receives(text: string): Promise<void>;
    readsAll(): Promise<void>;
  };
  network: {
    /** Takes messages and says nothing. */
    losesConfirmations(): Promise<void>;
    /** Refuses the next message for good. */
    refusesNext(): Promise<void>;
    cutsTheLine(): Promise<void>;
  };
}

let lastId = 0;
function textTo({ customer }: ChannelUnderTest, text: string): OutgoingMessage {
  lastId += 1;
  const remoteId = `3EB0${lastId.toString(16).toUpperCase().padStart(18, '0')}`;
  return { remoteId, to: customer.address, content: { type: 'text', text }, quoted: null, mentions: [], again: false };
}

const patient = new AbortController().signal;

async function rejection(work: Promise<unknown>): Promise<{ code: string; retryable: boolean }> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isAppError(error)) throw new Error('It did not reject with an AppError', { cause: error });
  return { code: error.code, retryable: error.retryable };
}

/** What every channel promises in `channel.ts`, on a real network. */
export function channelContract(name: string, create: () => Promise<ChannelUnderTest>): void {
  async function online(): Promise<ChannelUnderTest> {
    const made = await create();
    await made.channel.start();
    await made.link();
    await made.told.becomes('online');
    return made;
  }

  /** A channel that shows codes; undefined where there is nothing to link. */
  async function showingCodes(): Promise<
    { made: ChannelUnderTest; pairing: Pairing; shown: PairingState } | undefined
  > {
    const made = await create();
    const { pairing } = made.channel;
    if (!pairing) return undefined;
    await made.channel.start();
    return { made, pairing, shown: await made.told.becomes('pairing') };
  }

  describe(`${name}, as every channel`, () => {
    test('starts by trying: stopped, connecting, then linking or online', async () => {
      const made = await create();
      expect(made.channel.state).toEqual({ kind: 'stopped' });
      await made.channel.start();
      expect(made.channel.state.kind).toBe('connecting');
      await made.link();
      await made.told.becomes('online');
      expect(made.channel.state.kind).toBe('online');
      const kinds = made.told.states.map(({ kind }) => kind);
      expect(kinds[0]).toBe('connecting');
      expect(kinds.every((kind) => ['connecting', 'pairing', 'online'].includes(kind))).toBe(true);
    });

    test('sends, and resolves once the network has the message', async () => {
      const made = await online();
      await made.channel.send(textTo(made, 'hello'), patient);
      await made.customer.receives('hello');
    });

    test('tells what arrives, and the ticks of what it sent', async () => {
      const made = await online();
      const message = textTo(made, 'with ticks');
      await made.channel.send(message, patient);
      await made.customer.receives('with ticks');
      await made.told.ticks(message.remoteId, 'delivered');
      await made.customer.readsAll();
      await made.told.ticks(message.remoteId, 'read');
      await made.customer.writes('and back');
      expect(await made.told.receives('and back')).toMatchObject({ fromMe: false, arrival: 'live' });
    });

    test('refuses to send while offline, to be tried again', async () => {
      const made = await create();
      expect((await rejection(made.channel.send(textTo(made, 'early'), patient))).retryable).toBe(true);
      await made.channel.start();
      await made.link();
      await made.told.becomes('online');
      await made.channel.stop();
      expect((await rejection(made.channel.send(textTo(made, 'late'), patient))).retryable).toBe(true);
    });

    test('does not know the result of a message that nobody confirms', async () => {
      const made = await online();
      await made.network.losesConfirmations();
      expect((await rejection(made.channel.send(textTo(made, 'unheard'), patient))).retryable).toBe(true);
    });

    test('does not know the result when the caller stops waiting', async () => {
      const made = await online();
      await made.network.losesConfirmations();
      const caller = new AbortController();
      const sending = rejection(made.channel.send(textTo(made, 'abandoned'), caller.signal));
      await made.customer.receives('abandoned');
      caller.abort();
      expect((await sending).retryable).toBe(true);
    });

    test('passes on a refusal for good', async () => {
      const made = await online();
      await made.network.refusesNext();
      expect((await rejection(made.channel.send(textTo(made, 'refused'), patient))).retryable).toBe(false);
      await made.channel.send(textTo(made, 'next'), patient);
    });

    test('connects again when the line is cut', async () => {
      const made = await online();
      const back = made.told.next('online');
      await made.network.cutsTheLine();
      await back;
      await made.channel.send(textTo(made, 'still here'), patient);
      expect(made.openLines()).toBe(1);
    });

    test('stops, twice or without a start, leaves nothing running and stays linked', async () => {
      const made = await online();
      await Promise.all([made.channel.stop(), made.channel.stop()]);
      await made.channel.stop();
      expect(made.channel.state).toEqual({ kind: 'stopped' });
      await waitFor(() => made.openLines() === 0);
      expect(made.isLinked()).toBe(true);

      const unstarted = made.again();
      await unstarted.channel.stop();
      expect(unstarted.channel.state).toEqual({ kind: 'stopped' });

      const next = made.again();
      await next.channel.start();
      await next.told.becomes('online');
    });

    test('does not start any more once it was stopped', async () => {
      const made = await create();
      await made.channel.stop();
      await made.channel.start();
      expect(made.channel.state).toEqual({ kind: 'stopped' });
      expect(made.told.states).toEqual([]);
    });

    test('shows a code to type beside the one to scan, and typing it links', async () => {
      const showing = await showingCodes();
      if (!showing) return;
      const { made, pairing, shown } = showing;
      expect(shown.code).toBeNull();
      await pairing.requestCode(made.owner.phone);
      const { code, ...others } = await made.told.becomes('pairing');
      expect({ ...others, code: null }).toEqual(shown);
      expect(code).toMatchObject({ phone: made.owner.phone, expiresAt: shown.endsAt, refused: false });
      expect(code?.code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
      const typed = made.owner.types(code?.code ?? '');
      await made.told.becomes('online');
      await typed;
    });

    test('still takes the scan after a code was asked for', async () => {
      const showing = await showingCodes();
      if (!showing) return;
      const { made, pairing, shown } = showing;
      await pairing.requestCode(made.owner.phone);
      const scanned = made.owner.scans(shown.qr);
      await made.told.becomes('online');
      await scanned;
    });

    test('gives no code to type before it shows codes, or once it is linked', async () => {
      const made = await create();
      const { pairing } = made.channel;
      if (!pairing) return;
      expect((await rejection(pairing.requestCode(made.owner.phone))).code).toBe('channel.not_pairing');
      await made.channel.start();
      await made.link();
      await made.told.becomes('online');
      expect((await rejection(pairing.requestCode(made.owner.phone))).code).toBe('channel.not_pairing');
    });

    test('unlinks, ends in needs-login with the reason, and can be linked anew', async () => {
      const made = await online();
      const { pairing } = made.channel;
      if (!pairing) return;
      await pairing.unlink('a good reason');
      expect(made.channel.state).toEqual({ kind: 'needs-login', reason: 'a good reason' });
      expect(made.told.notices).toContainEqual({ kind: 'unpaired', reason: 'a good reason' });
      await waitFor(() => !made.isLinked());
      expect((await rejection(pairing.unlink('again'))).code).toBe('channel.disconnected');
      await made.channel.stop();

      const next = made.again();
      await next.channel.start();
      await next.link();
      await next.told.becomes('online');
    });
  });
}
