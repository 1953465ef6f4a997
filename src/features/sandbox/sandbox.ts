import { parseAddress, phoneOf } from '../../channels/address.ts';
import type { Service } from '../../platform/lifecycle.ts';
import { AppError, invalidField, isAppError } from '../../platform/errors.ts';
import type { Account, Accounts } from '../accounts/accounts.ts';
import type { Messages } from '../messages/messages.ts';
import type { NetworkFault, PhoneMessage, SandboxNetwork, VirtualPhone } from './network.ts';

export { createSandboxStore } from './sandbox.store.ts';

/** The network of the sandbox accounts, started with the first of them. */
export interface StartedOnDemand extends Service {
  /** Resolves with the running network. */
  running(): Promise<SandboxNetwork>;
}

export function startOnDemand(network: SandboxNetwork): StartedOnDemand {
  let starting: Promise<SandboxNetwork> | undefined;

  async function begin(): Promise<SandboxNetwork> {
    await network.start();
    return network;
  }

  return {
    name: 'sandbox-network',
    start: () => Promise.resolve(),
    async stop() {
      if (await starting?.catch(() => undefined)) await network.stop();
    },
    running: () =>
      (starting ??= begin().catch((error: unknown) => {
        starting = undefined;
        throw error;
      })),
  };
}

/** A message as the customer's phone shows it. */
export interface CustomerMessage {
  id: string;
  /** `+999…` */
  customer: string;
  /** Seen from the customer. */
  direction: 'received' | 'sent';
  text: string;
  at: string;
  status: PhoneMessage['status'];
}

export interface CustomerText {
  /** A number of the sandbox; a usual one when left out. */
  from: string | undefined;
  text: string;
}

export interface WrittenMessage {
  id: string;
  from: string;
  /** The account's own record of it; null when it has not arrived yet. */
  messageId: string | null;
}

export type SandboxFault = 'drop-line' | 'device-removed' | 'replaced' | 'unavailable';

/** The virtual phone of a sandbox account, and its customers. Throws `sandbox.not_a_sandbox` for other accounts. */
export interface Sandbox {
  /** Links the account; resolves once it is ready. Scanning a linked one changes nothing. */
  scan(accountId: string, signal: AbortSignal): Promise<Account>;
  /** A customer writes to the account; resolves once that is stored, or after a while when the account is away. */
  write(accountId: string, message: CustomerText, signal: AbortSignal): Promise<WrittenMessage>;
  /** What customers received from the account and wrote to it, oldest first. */
  messages(accountId: string): Promise<CustomerMessage[]>;
  fault(accountId: string, fault: SandboxFault): Promise<void>;
  /** The account's phone leaves the network with its chats. */
  forget(account: Account): Promise<void>;
}

const usualCustomer = '+9995550101';

export interface SandboxOptions {
  accounts: Accounts;
  messages: Pick<Messages, 'arrived'>;
  network: StartedOnDemand;
  /** How long linking may take. */
  readyMs: number;
  /** How long a customer's message may take to be stored. */
  arrivalMs: number;
}

export function createSandbox(options: SandboxOptions): Sandbox {
  const { accounts, network } = options;

  async function sandboxAccount(accountId: string): Promise<Account> {
    const account = await accounts.get(accountId);
    if (account.kind === 'sandbox') return account;
    throw new AppError('sandbox.not_a_sandbox', {
      status: 409,
      detail: `Account ${account.name} is a real number and has no virtual phone.`,
    });
  }

  async function ownPhone(accountId: string): Promise<VirtualPhone> {
    const account = await sandboxAccount(accountId);
    const { control } = await network.running();
    if (account.phone !== null && account.linked) return control.phone(account.phone.slice(1));
    throw new AppError('account.not_connected', {
      status: 409,
      detail: `Account ${account.name} is not linked yet. POST /api/accounts/${accountId}/sandbox/scan links it.`,
    });
  }

  async function codeOf(account: Account, signal: AbortSignal): Promise<string> {
    const hasCode = ({ status }: Account): boolean => status.status !== 'initializing';
    const { status } = await accounts.waitFor(account.id, hasCode, signal);
    const code = await accounts.qrCode(account.id);
    if (code) return code.code;
    throw new AppError('account.no_qr', {
      status: 409,
      detail: `Account ${account.name} shows no code to scan: ${status.message}.`,
    });
  }

  async function link(account: Account, signal: AbortSignal): Promise<void> {
    const { control } = await network.running();
    const code = await codeOf(account, signal);
    const number = account.phone?.slice(1) ?? control.nextFreeNumber();
    await control.phone(number).scan(code, signal);
  }

  return {
    async scan(accountId, given) {
      const signal = AbortSignal.any([given, AbortSignal.timeout(options.readyMs)]);
      const account = await sandboxAccount(accountId);
      try {
        if (!account.linked) await link(account, signal);
        return await accounts.waitFor(accountId, ({ status }) => status.status === 'ready', signal);
      } catch (error) {
        throw isAppError(error) ? error : scanFailed(await accounts.get(accountId), error);
      }
    },

    async write(accountId, { from, text }, signal) {
      const own = await ownPhone(accountId);
      const { control } = await network.running();
      const customer = customerNumber(from ?? usualCustomer);
      if (customer === own.number) throw invalidField('from', 'is the number of the account itself');
      const { id } = await control.phone(customer).send({ to: own.jid, text });
      const stored = await options.messages.arrived(accountId, id, options.arrivalMs, signal);
      return { id, from: `+${customer}`, messageId: stored?.id ?? null };
    },

    async messages(accountId) {
      const own = await ownPhone(accountId);
      const { control } = await network.running();
      return control
        .phones()
        .filter((phone) => phone.number !== own.number)
        .flatMap((phone) => messagesWith(phone, own.jid))
        .sort((left, right) => left.at.localeCompare(right.at));
    },

    async fault(accountId, fault) {
      const { number } = await ownPhone(accountId);
      const { control } = await network.running();
      await control.fault(networkFault(fault, number));
    },

    async forget(account) {
      if (account.kind !== 'sandbox' || account.phone === null) return;
      const { control } = await network.running();
      await control.phone(account.phone.slice(1)).remove();
    },
  };
}

function scanFailed(account: Account, cause: unknown): AppError {
  return new AppError('sandbox.scan_failed', {
    status: 409,
    retryable: true,
    detail: `Account ${account.name} was not linked (${account.status.message}). Try again.`,
    cause,
  });
}

function networkFault(fault: SandboxFault, number: string): NetworkFault {
  return fault === 'unavailable' ? { kind: 'stream-error', number, code: 503 } : { kind: fault, number };
}

function messagesWith(phone: VirtualPhone, jid: string): CustomerMessage[] {
  return phone
    .messages()
    .filter(({ chat }) => chat === jid)
    .map(({ id, fromMe, text, at, status }) => ({
      id,
      customer: `+${phone.number}`,
      direction: fromMe ? ('sent' as const) : ('received' as const),
      text,
      at,
      status,
    }));
}

/** Digits of a customer's number; only numbers of the sandbox exist here. */
function customerNumber(given: string): string {
  const parsed = parseAddress(given);
  const phone = parsed.ok ? phoneOf(parsed.address.jid) : null;
  if (phone?.startsWith('+999')) return phone.slice(1);
  throw invalidField('from', 'must be a number of the sandbox, which starts with +999');
}
