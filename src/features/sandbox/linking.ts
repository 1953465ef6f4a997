import { AppError, isAppError } from '../../platform/errors.ts';
import type { Account, Accounts } from '../accounts/accounts.ts';
import type { StartedOnDemand } from './network-on-demand.ts';

/** The owner's hands on a virtual phone that is being linked. Both resolve once the account is ready. */
export interface SandboxLinking {
  scan(account: Account, signal: AbortSignal): Promise<Account>;
  enterCode(account: Account, code: string | undefined, signal: AbortSignal): Promise<Account>;
}

export interface SandboxLinkingOptions {
  accounts: Accounts;
  network: StartedOnDemand;
  /** How long linking may take. */
  readyMs: number;
}

export function createSandboxLinking(options: SandboxLinkingOptions): SandboxLinking {
  const { accounts, network } = options;

  async function qrOf(account: Account, signal: AbortSignal): Promise<string> {
    const hasCode = ({ status }: Account): boolean => status.status !== 'initializing';
    const { status } = await accounts.waitFor(account.id, hasCode, signal);
    const code = await accounts.qrCode(account.id);
    if (code) return code.code;
    throw new AppError('account.no_qr', {
      status: 409,
      detail: `Account ${account.name} shows no code to scan: ${status.message}.`,
    });
  }

  async function linkByScan(account: Account, signal: AbortSignal): Promise<void> {
    const { control } = await network.running();
    const code = await qrOf(account, signal);
    const number = account.phone?.slice(1) ?? control.nextFreeNumber();
    await control.phone(number).scan(code, signal);
  }

  async function linkByCode(account: Account, given: string | undefined, signal: AbortSignal): Promise<void> {
    const { control } = await network.running();
    const shown = await accounts.pairingCode(account.id);
    if (!shown) throw noCode(account);
    await control.phone(shown.phone.slice(1)).enterCode(given ?? shown.code, signal);
  }

  /** Resolves once the account is ready. */
  async function link(account: Account, given: AbortSignal, work: (signal: AbortSignal) => Promise<void>) {
    const signal = AbortSignal.any([given, AbortSignal.timeout(options.readyMs)]);
    try {
      await work(signal);
      return await accounts.waitFor(account.id, ({ status }) => status.status === 'ready', signal);
    } catch (error) {
      throw isAppError(error) ? error : linkFailed(await accounts.get(account.id), error);
    }
  }

  return {
    scan: (account, signal) =>
      link(account, signal, async (signal) => {
        if (!account.linked) await linkByScan(account, signal);
      }),
    async enterCode(account, code, signal) {
      if (account.linked) throw alreadyLinked(account);
      return link(account, signal, (signal) => linkByCode(account, code, signal));
    },
  };
}

function alreadyLinked(account: Account): AppError {
  return new AppError('account.already_linked', {
    status: 409,
    detail: `Account ${account.name} is linked already (${account.status.message}).`,
  });
}

function noCode(account: Account): AppError {
  return new AppError('sandbox.no_code', {
    status: 409,
    detail:
      `Account ${account.name} shows no code to type (${account.status.message}). ` +
      `POST /api/accounts/${account.id}/pairing-code asks for one.`,
  });
}

function linkFailed(account: Account, cause: unknown): AppError {
  if (cause instanceof Error && cause.name === 'WrongCode') {
    return new AppError('sandbox.wrong_code', {
      status: 409,
      detail: `The phone did not accept the code: it is not the one that account ${account.name} shows. Type it again.`,
      cause,
    });
  }
  return new AppError('sandbox.scan_failed', {
    status: 409,
    retryable: true,
    detail: `Account ${account.name} was not linked (${account.status.message}). Try again.`,
    cause,
  });
}
