import { expect, test } from 'vitest';
import { type ChannelAccount, useBaileysRig } from '../../../test/doubles/baileys-rig.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { isAppError } from '../../platform/errors.ts';
import type { Channel, ChannelState, PairingCode } from '../channel.ts';

const rig = useBaileysRig();

function ask(channel: Channel, phone: string): Promise<void> {
  if (!channel.pairing) throw new Error('This channel links nothing');
  return channel.pairing.requestCode(phone);
}

/** A channel that shows codes, one to type among them. */
async function asking(
  overrides?: Parameters<typeof rig.unlinked>[0],
): Promise<{ account: ChannelAccount; code: string }> {
  const account = await rig.unlinked(overrides);
  await account.channel.start();
  await account.told.becomes('pairing');
  return { account, code: await newCode(account) };
}

async function newCode({ channel, phone }: ChannelAccount): Promise<string> {
  await ask(channel, `+${phone.number}`);
  return codeIn(channel.state)?.code ?? '';
}

function codeIn(state: ChannelState): PairingCode | null | undefined {
  return state.kind === 'pairing' ? state.code : undefined;
}

test('keeps a code while the codes to scan go on, and drops it when they are used up', async () => {
  const { account, code } = await asking({ timings: { qrLifeMs: 100 } });
  const { told } = account;
  await told.becomes('failed');
  const pairings = told.states.filter((state) => state.kind === 'pairing');
  expect(new Set(pairings.map(({ attempt }) => attempt)).size).toBe(6);
  const first = pairings.findIndex((state) => codeIn(state)?.code === code);
  expect(first).toBeGreaterThan(0);
  expect(pairings.slice(first).every((state) => codeIn(state)?.code === code)).toBe(true);
  const last = pairings.at(-1);
  expect(last).toMatchObject({ attempt: 6, endsAt: last?.expiresAt });
});

test('says so when a wrong code was typed; then the right one links, and so does a scan', async () => {
  const { account, code } = await asking({ timings: { codeTypedMs: 200 } });
  const { told, phone } = account;
  await expect(phone.enterCode('WRNG-C0DE')).rejects.toThrow('not the one that the device shows');
  await waitFor(() => told.states.some((state) => codeIn(state)?.refused === true));
  expect(codeIn(account.channel.state)).toMatchObject({ code, refused: true });
  const typed = phone.enterCode(code);
  await told.becomes('online');
  await typed;

  const other = await asking();
  await expect(other.account.phone.enterCode('WRNG-C0DE')).rejects.toThrow('not the one that the device shows');
  const state = other.account.channel.state;
  const scanned = other.account.phone.scan(state.kind === 'pairing' ? state.qr : '');
  await other.account.told.becomes('online');
  await scanned;
});

test('a second code replaces the first, which links no more', async () => {
  const { account, code } = await asking();
  const { told, phone } = account;
  const second = await newCode(account);
  expect(second).not.toBe(code);
  await expect(phone.enterCode(code)).rejects.toThrow('not the one that the device shows');
  const typed = phone.enterCode(second);
  await told.becomes('online');
  await typed;
  await expect(phone.enterCode(second)).rejects.toThrow('No device asks to be linked');
});

test('shows codes again after a process that had asked for one was killed', async () => {
  const { account } = await asking();
  await account.channel.stop();
  const again = rig.again(account);
  await again.channel.start();
  const { qr, code } = await again.told.becomes('pairing');
  expect(code).toBeNull();
  const scanned = again.phone.scan(qr);
  await again.told.becomes('online');
  await scanned;
});

test.each([
  [429, true],
  [400, false],
])('passes on that WhatsApp refuses to give a code (%i), and goes on showing codes', async (code, retryable) => {
  const account = await rig.unlinked();
  await account.channel.start();
  const { qr } = await account.told.becomes('pairing');
  await rig.control.fault({ kind: 'refuse-code', number: account.phone.number, code, times: 1 });
  const refused: unknown = await ask(account.channel, `+${account.phone.number}`).catch((error: unknown) => error);
  expect(isAppError(refused, 'channel.code_refused') && refused.retryable === retryable).toBe(true);
  const scanned = account.phone.scan(qr);
  await account.told.becomes('online');
  await scanned;
});
