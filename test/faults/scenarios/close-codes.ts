import type { Fault } from '../../../src/simulator/fault.ts';
import type { LinkedAccount } from '../linked-world.ts';
import { openRig, type Rig } from '../rig.ts';
import type { Server } from '../server.ts';
import type { Scenario, Stage } from '../stage.ts';

const linesAtOnce = 9;
const unavailableMs = 500;
const waits = {
  channel: {
    reconnect: { firstMs: 20, longestMs: 200, unavailableMs, replacedMs: 50, clientOutdatedMs: 50 },
  },
};

/** One account and the codes with which WhatsApp closes its line. */
interface Line {
  readonly stage: Stage;
  readonly rig: Rig;
  readonly server: Server;
  readonly account: LinkedAccount;
  readonly code: number;
  /** How often it happens. */
  readonly times: number;
}

async function credentials({ rig, account }: Line): Promise<{ stored: number; archived: number }> {
  const row = await rig.database.one<{ stored: number; archived: number }>(
    `SELECT (SELECT count(*) FROM channel_keys WHERE account_id = $1 AND type = 'creds')::int AS stored,
            (SELECT count(*) FROM channel_key_archive WHERE account_id = $1)::int AS archived`,
    [account.id],
  );
  return row ?? { stored: 0, archived: 0 };
}

async function logins({ rig, account }: Line): Promise<{ opened: number; refused: number }> {
  const all = await rig.simulator.control.logins(account.number);
  const refused = all.filter((login) => login.refused !== undefined).length;
  return { opened: all.length - refused, refused };
}

async function isOnlineAgain(line: Line, openedBefore: number): Promise<void> {
  const { stage, server, account, code } = line;
  await stage.until(`it is online again after ${code}`, async () => (await logins(line)).opened > openedBefore);
  await server.api.becomes(account.id, 'ready');
  stage.promise(`credentials after ${code}`, (await credentials(line)).stored, 1);
}

/** Ends the line in the middle of its life; the account comes back by itself. */
async function closesAndReturns(line: Line, fault: Fault): Promise<void> {
  for (let time = 0; time < line.times; time += 1) {
    const { opened } = await logins(line);
    await line.rig.simulator.control.fault(fault);
    await isOnlineAgain(line, opened);
  }
}

/** So that nothing of the account's history counts, and its next login is refused. */
async function isRefused({ rig, server, account, code }: Line, count: number, expire?: number): Promise<void> {
  await server.data('POST', `/api/accounts/${account.id}/pause`);
  const { number } = account;
  const fault: Fault = { kind: 'refuse-login', number, code, times: count };
  await rig.simulator.control.fault(expire === undefined ? fault : { ...fault, expire });
  await server.data('POST', `/api/accounts/${account.id}/resume`);
}

async function reconnect({ server, account }: Line): Promise<void> {
  await server.data('POST', `/api/accounts/${account.id}/reconnect`);
}

/** 401, 403, 406: no more tries; the keys are archived and removed, and the account is linked anew. */
async function isLoggedOut(line: Line): Promise<void> {
  const { stage, rig, server, account, code } = line;
  const before = await credentials(line);
  for (let time = 1; time <= line.times; time += 1) {
    const { refused } = await logins(line);
    await isRefused(line, 1);
    await server.api.becomes(account.id, 'auth_failed');
    stage.promise(`tries after ${code}`, (await logins(line)).refused - refused, 1);
    stage.promise(`credentials after ${code}`, await credentials(line), {
      stored: 0,
      archived: before.archived + time,
    });
    await reconnect(line);
    await server.api.becomes(account.id, 'qr_ready');
    await rig.simulator.control.phone(account.number).scan(await server.api.qr(account.id));
    await server.api.becomes(account.id, 'ready');
  }
}

/** 409 and its like: three tries, then a person decides. */
async function isRefusedThreeTimes(line: Line): Promise<void> {
  const { stage, server, account, code } = line;
  for (let time = 0; time < line.times; time += 1) {
    const before = await logins(line);
    await isRefused(line, 3);
    const { statusReason } = await server.api.becomes(account.id, 'error');
    stage.promise(`reason after ${code}`, statusReason, `refused_${code}`);
    stage.promise(`tries after ${code}`, (await logins(line)).refused - before.refused, 3);
    await reconnect(line);
    await isOnlineAgain(line, before.opened);
  }
}

/** 402: no connection before the time is over, and then when a person says so. */
async function isBannedForAWhile(line: Line): Promise<void> {
  const { stage, server, account } = line;
  for (let time = 0; time < line.times; time += 1) {
    const before = await logins(line);
    await isRefused(line, 1, 1);
    const { statusReason } = await server.api.becomes(account.id, 'error');
    stage.promise('reason after 402', statusReason, 'temporarily_banned');
    const send = { key: account.apiKey, body: { to: '9990000000101', text: 'not now' } };
    stage.promise('a send while banned', (await server.call('POST', '/api/send', send)).status, 409);
    await stage.clock.sleep(1_100);
    stage.promise('tries while banned', (await logins(line)).refused - before.refused, 1);
    stage.promise('credentials while banned', (await credentials(line)).stored, 1);
    await reconnect(line);
    await isOnlineAgain(line, before.opened);
  }
}

/** 405 is an answer to a login; the next one is accepted. */
async function isOutdated(line: Line): Promise<void> {
  for (let time = 0; time < line.times; time += 1) {
    const { opened } = await logins(line);
    await isRefused(line, 1);
    await isOnlineAgain(line, opened);
  }
}

/** 500 says nothing about the keys: they stay, also after five tries, which end it. */
async function isBadSession(line: Line): Promise<void> {
  const { stage, server, account } = line;
  await closesAndReturns(line, { kind: 'stream-error', number: account.number, code: 500 });
  const before = await logins(line);
  await isRefused(line, 5);
  const { statusReason } = await server.api.becomes(account.id, 'error');
  stage.promise('reason after 500', statusReason, 'bad_session');
  stage.promise('tries after 500', (await logins(line)).refused - before.refused, 5);
  await reconnect(line);
  await isOnlineAgain(line, before.opened);
}

async function isUnavailable(line: Line): Promise<void> {
  const { stage, rig, account } = line;
  const before = await rig.simulator.control.logins(account.number);
  await closesAndReturns(line, { kind: 'stream-error', number: account.number, code: 503 });
  const own = (await rig.simulator.control.logins(account.number)).slice(before.length - 1);
  const pauses = own.slice(1).map(({ openedAtMs }, index) => openedAtMs - (own[index]?.closedAtMs ?? 0));
  stage.promise(
    'pauses after 503 that were too short',
    pauses.filter((ms) => ms < unavailableMs),
    [],
  );
}

const acts: Readonly<Record<number, (line: Line) => Promise<void>>> = {
  401: isLoggedOut,
  402: isBannedForAWhile,
  403: isLoggedOut,
  405: isOutdated,
  406: isLoggedOut,
  408: (line) => closesAndReturns(line, { kind: 'stream-error', number: line.account.number, code: 408 }),
  409: isRefusedThreeTimes,
  411: isRefusedThreeTimes,
  413: isRefusedThreeTimes,
  414: isRefusedThreeTimes,
  415: isRefusedThreeTimes,
  418: isRefusedThreeTimes,
  419: isRefusedThreeTimes,
  428: (line) => closesAndReturns(line, { kind: 'drop-line', number: line.account.number }),
  440: (line) => closesAndReturns(line, { kind: 'replaced', number: line.account.number }),
  500: isBadSession,
  503: isUnavailable,
  515: (line) => closesAndReturns(line, { kind: 'stream-error', number: line.account.number, code: 515 }),
};

export const closeCodes: Scenario = {
  row: 14,
  name: 'every close code x3',
  async run(stage) {
    const codes = Object.keys(acts).map(Number);
    const times = stage.long ? 3 : 1;
    // Several codes an account, one after the other.
    const rig = await openRig(stage, { accounts: linesAtOnce });
    const server = await rig.startOnline({ waits });
    await Promise.all(
      rig.accounts.map(async (account, place) => {
        for (const code of codes.filter((_, index) => index % linesAtOnce === place)) {
          await acts[code]?.({ stage, rig, server, account, code, times });
        }
      }),
    );
    stage.promise('exit code', await server.stop(), 0);
    stage.count('codes', codes.length);
    stage.count('times', times);
  },
};

const foreverTimes = 1_000_000;

export const refusedForEver: Scenario = {
  row: 15,
  name: '405 for ever; 440 for ever',
  async run(stage) {
    const rig = await openRig(stage, { accounts: 2 });
    const [outdated, replaced = outdated] = rig.accounts;
    if (!outdated || !replaced) return;
    // The real one is 330 s, of which an hour has less than eleven.
    const clientOutdatedMs = 200;
    const hourMs = (3_600_000 / 330_000) * clientOutdatedMs;
    for (const [account, code] of [
      [outdated, 405],
      [replaced, 440],
    ] as const) {
      await rig.simulator.control.fault({ kind: 'refuse-login', number: account.number, code, times: foreverTimes });
    }
    const server = await rig.start({ waits: { channel: { reconnect: { replacedMs: 50, clientOutdatedMs } } } });
    const triesOf = async ({ number }: LinkedAccount): Promise<number[]> =>
      (await rig.simulator.control.logins(number)).map(({ openedAtMs }) => openedAtMs);
    await stage.until('it was refused as outdated', async () => (await triesOf(outdated)).length > 0);
    const [firstMs = 0] = await triesOf(outdated);
    await stage.clock.sleep(hourMs);
    const inAnHour = (await triesOf(outdated)).filter((at) => at < firstMs + hourMs).length;
    stage.atMost('connects in an hour with 405', inAnHour, 12);
    stage.promise('it goes on trying', inAnHour > 2, true);
    const { statusReason } = await server.api.becomes(outdated.id, 'disconnected');
    stage.promise('reason after 405', statusReason, 'client_outdated');

    await stage.until('it was replaced often enough', async () => {
      return (await server.api.account(replaced.id)).statusReason === 'replaced';
    });
    await stage.until('it has stopped', async () => (await server.api.account(replaced.id)).nextStep === 'reconnect');
    stage.promise('reconnects with 440', (await triesOf(replaced)).length - 1, 3);
    stage.promise('exit code', await server.stop(), 0);
    stage.count('connects in an hour with 405', inAnHour);
  },
};
