import { isSandboxPhone, parseAddress } from '../../channels/address.ts';
import type { Channel, PairingState } from '../../channels/channel.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { AppError, invalidField, isAppError } from '../../platform/errors.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { type Account, accountOf } from './account.ts';
import type { AccountKind } from './account-settings.ts';
import { numberInUse, numberInUseStatus } from './account-status.ts';
import { accountMoving, accountNotFound, accountPaused, alreadyLinked, notPairing } from './account-errors.ts';
import { type AccountRow, findAccount, findByNumber } from './accounts.store.ts';
import { type Linking, linkingOf, type PairingCode, type QrCode } from './linking.ts';
import { pairingCodePlace, qrPlace, type StatusWriter } from './status-writer.ts';

/** The codes of accounts that are being linked. Every method throws `account.not_found` for an unknown id. */
export interface LinkingCodes {
  /** The code being shown to scan, or undefined. */
  qrCode(id: string): Promise<QrCode | undefined>;
  /** The code being shown to type, or undefined. */
  pairingCode(id: string): Promise<PairingCode | undefined>;
  /**
   * Asks for a code to type on the phone with this number, as people write it; waits for the first code to scan, beside
   * which it stands. Throws a 422 that names `phone`, `account.already_linked`, `account.number_in_use`,
   * `account.paused`, `account.not_pairing`, `account.code_too_soon`, `account.code_refused`, `account.moving`.
   */
  requestPairingCode(id: string, phone: string, signal: AbortSignal): Promise<PairingCode>;
  /** Where linking stands; every wait in it has an end. */
  linking(id: string): Promise<Linking>;
}

export interface LinkingTimings {
  /** How long a request waits for the first code. */
  firstCodeMs: number;
  /** Codes to type are asked for at most this often. */
  codeIntervalMs: number;
  /** A code that would be good for less gets a new pairing. */
  leastCodeLifeMs: number;
  /** Without a first code for so long, people are told. */
  lateMs: number;
}

export interface LinkingCodesOptions {
  database: Database;
  secrets: Secrets;
  statuses: StatusWriter;
  timings: LinkingTimings;
  /** Whether numbers of the sandbox exist on the network of kind `whatsapp` too. */
  sandboxNumbersEverywhere: boolean;
  /** The channel that runs in this process, if any. */
  channel(id: string): Channel | undefined;
  restart(account: Account): Promise<Account>;
  waitFor(id: string, done: (account: Account) => boolean, signal: AbortSignal): Promise<Account>;
  clock: Clock;
}

export function createLinkingCodes(options: LinkingCodesOptions): LinkingCodes {
  const { database, secrets, clock, timings } = options;
  const turns = new Map<string, Promise<unknown>>();

  async function rowOf(id: string): Promise<AccountRow> {
    const row = await findAccount(database, id);
    if (!row) throw accountNotFound();
    return row;
  }

  function qrOf(row: AccountRow): QrCode | undefined {
    const { qr, qrExpiresAt: expiresAt, qrRevision: revision, qrAttempt: attempt, qrAttempts: attempts } = row;
    if (!qr || !expiresAt) return undefined;
    return { code: secrets.openText(qr, qrPlace(row.id)), revision, attempt, attempts, expiresAt };
  }

  function pairingCodeOf(row: AccountRow): PairingCode | undefined {
    const { pairingCode, pairingCodePhone: phone, pairingCodeExpiresAt: expiresAt } = row;
    if (!pairingCode || !expiresAt || phone === null) return undefined;
    const code = secrets.openText(pairingCode, pairingCodePlace(row.id));
    return { code, phone, revision: row.pairingCodeRevision, expiresAt };
  }

  /** Resolves with the account once it shows codes; throws what stands in the way. */
  async function showingCodes(id: string, given: AbortSignal): Promise<Account> {
    const signal = AbortSignal.any([given, AbortSignal.timeout(timings.firstCodeMs)]);
    const isSettled = ({ status }: Account): boolean => status.status !== 'initializing';
    const account = await options.waitFor(id, isSettled, signal).catch(async (error: unknown) => {
      if (!signal.aborted) throw error;
      return accountOf(await rowOf(id));
    });
    if (account.paused) throw accountPaused(account);
    if (account.linked) throw alreadyLinked(account);
    if (account.status.status !== 'qr_ready') throw notPairing(account);
    return account;
  }

  function pairingHere(id: string): { channel: Channel; state: PairingState } {
    const channel = options.channel(id);
    if (channel?.state.kind === 'pairing') return { channel, state: channel.state };
    throw accountMoving();
  }

  async function refuseTooSoon(id: string): Promise<void> {
    const { pairingCodeAskedAt: askedAt } = await rowOf(id);
    if (!askedAt) return;
    const waitMs = askedAt.getTime() + timings.codeIntervalMs - clock.now().getTime();
    if (waitMs > 0) throw tooSoon(Math.ceil(waitMs / 1000));
  }

  /** A pairing in which a new code is good for long enough. */
  async function longEnough(account: Account, signal: AbortSignal): Promise<Channel> {
    const { channel, state } = pairingHere(account.id);
    if (state.endsAt.getTime() - clock.now().getTime() >= timings.leastCodeLifeMs) return channel;
    await options.restart(account);
    await showingCodes(account.id, signal);
    return pairingHere(account.id).channel;
  }

  async function request(account: Account, phone: string, signal: AbortSignal): Promise<PairingCode> {
    const holder = await findByNumber(database, account.id, phone);
    if (holder) throw new AppError(numberInUse, { status: 409, detail: `${numberInUseStatus(holder.name).message}.` });
    await refuseTooSoon(account.id);
    const channel = await longEnough(account, signal);
    await channel.pairing?.requestCode(phone).catch((error: unknown) => {
      throw asAnswer(error, account);
    });
    await options.statuses.written(account.id);
    const code = pairingCodeOf(await rowOf(account.id));
    if (!code) throw notPairing(accountOf(await rowOf(account.id)));
    return code;
  }

  /** One request of an account after the other, so that the second finds how long ago the first one was. */
  async function inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    turns.set(id, settled);
    try {
      return await turn;
    } finally {
      if (turns.get(id) === settled) turns.delete(id);
    }
  }

  return {
    qrCode: async (id) => qrOf(await rowOf(id)),
    pairingCode: async (id) => pairingCodeOf(await rowOf(id)),
    async requestPairingCode(id, given, signal) {
      const { kind } = await rowOf(id);
      const phone = phoneOf(given, kind, options.sandboxNumbersEverywhere);
      return inTurn(id, async () => request(await showingCodes(id, signal), phone, signal));
    },
    async linking(id) {
      const row = await rowOf(id);
      return linkingOf({
        account: accountOf(row),
        qr: qrOf(row),
        code: pairingCodeOf(row),
        lateMs: timings.lateMs,
        now: clock.now(),
      });
    },
  };
}

function phoneOf(given: string, kind: AccountKind, sandboxNumbersEverywhere: boolean): string {
  const parsed = parseAddress(given);
  if (!parsed.ok) throw invalidField('phone', parsed.problem);
  const { phone } = parsed.address;
  if (phone === null) throw invalidField('phone', 'is not a phone number');
  const isSandbox = isSandboxPhone(phone);
  if (kind === 'sandbox' && !isSandbox) {
    throw invalidField('phone', 'must be a number of the sandbox, which starts with +999');
  }
  if (kind === 'whatsapp' && isSandbox && !sandboxNumbersEverywhere) {
    throw invalidField('phone', 'is a number of the sandbox, to which a real account cannot be linked');
  }
  return phone;
}

function tooSoon(seconds: number): AppError {
  return new AppError('account.code_too_soon', {
    status: 429,
    retryable: true,
    retryAfterSeconds: seconds,
    detail: `A new code can be asked for in ${seconds} s. The one being shown goes on working until then.`,
  });
}

/** What a channel says, as an answer to whoever asked for the code. */
function asAnswer(error: unknown, account: Account): unknown {
  if (isAppError(error, 'channel.not_pairing')) return notPairing(account);
  if (isAppError(error, 'channel.code_refused')) {
    return new AppError('account.code_refused', {
      status: error.retryable ? 429 : 409,
      retryable: error.retryable,
      ...(error.retryable ? { retryAfterSeconds: 60 } : {}),
      detail: `${error.message}. Check the number, or scan the QR code instead.`,
      cause: error,
    });
  }
  if (isAppError(error, 'channel.unanswered')) {
    return new AppError('account.code_unanswered', {
      status: 503,
      retryable: true,
      retryAfterSeconds: 5,
      detail: `${error.message}. Try again, or scan the QR code instead.`,
      cause: error,
    });
  }
  return error;
}
