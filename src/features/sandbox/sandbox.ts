import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Account, Accounts } from '../accounts/accounts.ts';
import type { Media } from '../media/media.ts';
import type { Messages } from '../messages/messages.ts';
import { createCustomerActs, type CustomerActs } from './customer-acts.ts';
import {
  type CustomerMessage,
  customerNamed,
  type CustomerPhone,
  customerPhone,
  customersOf,
  messagesWith,
  refuseOffline,
} from './customers.ts';
import { createSandboxLinking } from './linking.ts';
import type { NetworkControl, NetworkFault, VirtualPhone } from './network.ts';
import type { StartedOnDemand } from './network-on-demand.ts';
import { createPhoneWatch } from './phone-watch.ts';

export { type StartedOnDemand, startOnDemand } from './network-on-demand.ts';
export type { CustomerMessage } from './customers.ts';
export { createSandboxStores } from './sandbox.store.ts';

export type SandboxFault = 'drop-line' | 'device-removed' | 'replaced' | 'unavailable';

/** Everything that the drawn phone of an account shows. */
export interface PhoneView {
  /** The account's own number, `+999…`; null before the first link. */
  number: string | null;
  linked: boolean;
  /** What the account shows for its own phone to link it. */
  shows: { qr: boolean; code: boolean };
  /** Never empty: before anybody wrote, the usual customer. */
  customers: CustomerPhone[];
  /** All these customers are offline. */
  offline: boolean;
  /** The next message that the account sends will be refused. */
  failNext: boolean;
}

/** Which customers are offline now, `+999…`. */
export interface OfflineState {
  offline: boolean;
  customers: string[];
}

/**
 * The virtual phone of a sandbox account, and its customers. Throws `sandbox.not_a_sandbox` for other accounts. Announces
 * `sandbox:<accountId>` when something changes for an account at which somebody looks.
 */
export interface Sandbox extends Service, CustomerActs {
  /** Links the account; resolves once it is ready. Scanning a linked one changes nothing. */
  scan(accountId: string, signal: AbortSignal): Promise<Account>;
  /**
   * The same by typing a code, by default the one that the account shows. Throws `sandbox.wrong_code`, after which it may
   * be typed again, or `sandbox.no_code`.
   */
  enterCode(accountId: string, code: string | undefined, signal: AbortSignal): Promise<Account>;
  /** What customers received from the account and wrote to it, oldest first. */
  messages(accountId: string): Promise<CustomerMessage[]>;
  /** A customer, or every one who is not offline, opens the chat: the ticks of what the account sent turn blue. */
  read(accountId: string, customer: string | undefined): Promise<PhoneView>;
  /** Takes the phone of a customer, or of all, off the network: ticks stay at one until it returns. */
  setOffline(accountId: string, enabled: boolean, customer: string | undefined): Promise<OfflineState>;
  /** The network refuses the next message that the account sends. Forgotten when the server restarts. */
  failNext(accountId: string): Promise<void>;
  /** The owner's phone removes this server from its linked devices. */
  logOut(accountId: string): Promise<void>;
  view(accountId: string): Promise<PhoneView>;
  fault(accountId: string, fault: SandboxFault): Promise<void>;
  /** The account's phone leaves the network with its chats. */
  forget(account: Pick<Account, 'id' | 'kind' | 'phone'>): Promise<void>;
}

export interface SandboxOptions {
  accounts: Accounts;
  messages: Pick<Messages, 'arrived'>;
  media: Pick<Media, 'openBytes'>;
  network: StartedOnDemand;
  events: EventBus;
  timings: SandboxTimings;
  clock: Clock;
}

export interface SandboxTimings {
  /** How long linking may take. */
  readyMs: number;
  /** How long a customer's message may take to be stored. */
  arrivalMs: number;
  /** Changes on a phone within this time are announced once. */
  gatherMs: number;
}

/** Of all refusals the one that says nothing about the number or the chat. */
const refusalCode = 479;

export function createSandbox(options: SandboxOptions): Sandbox {
  const { accounts, network, timings } = options;
  const linking = createSandboxLinking({ accounts, network, readyMs: timings.readyMs });
  const watch = createPhoneWatch({ ...options, gatherMs: timings.gatherMs });

  async function sandboxAccount(accountId: string): Promise<Account> {
    const account = await accounts.get(accountId);
    if (account.kind === 'sandbox') return account;
    throw new AppError('sandbox.not_a_sandbox', {
      status: 409,
      detail: `Account ${account.name} is a real number and has no virtual phone.`,
    });
  }

  /** The account's own phone; it is not linked at present, or was never, where `linked` is false. */
  async function phoneOf(accountId: string) {
    const account = await sandboxAccount(accountId);
    const { control } = await network.running();
    if (account.phone === null) return { account, control, own: undefined };
    watch.follow(accountId, account.phone.slice(1));
    return { account, control, own: control.phone(account.phone.slice(1)) };
  }

  async function linkedPhone(accountId: string): Promise<{ control: NetworkControl; own: VirtualPhone }> {
    const { account, control, own } = await phoneOf(accountId);
    if (own && account.linked) return { control, own };
    throw new AppError('account.not_connected', {
      status: 409,
      detail: `Account ${account.name} is not linked yet. POST /api/accounts/${accountId}/sandbox/scan links it.`,
    });
  }

  async function view(accountId: string): Promise<PhoneView> {
    const { account, control, own } = await phoneOf(accountId);
    const customers = customersOf(control, own).map((phone) => customerPhone(phone, own));
    return {
      number: account.phone,
      linked: account.linked,
      shows: {
        qr: (await accounts.qrCode(accountId)) !== undefined,
        code: (await accounts.pairingCode(accountId)) !== undefined,
      },
      customers,
      offline: customers.every(({ offline }) => offline),
      failNext: own !== undefined && control.faultsInWait(own.number).includes('error-ack'),
    };
  }

  return {
    ...createCustomerActs({ ...options, linkedPhone, arrivalMs: timings.arrivalMs }),
    name: 'sandbox',
    start: () => watch.start(),
    stop: () => watch.stop(),
    view,

    scan: async (accountId, signal) => linking.scan(await sandboxAccount(accountId), signal),
    enterCode: async (accountId, code, signal) => linking.enterCode(await sandboxAccount(accountId), code, signal),

    async messages(accountId) {
      const { control, own } = await linkedPhone(accountId);
      return customersOf(control, own)
        .flatMap((phone) => messagesWith(phone, own.jid))
        .sort((left, right) => left.at.localeCompare(right.at));
    },

    async read(accountId, customer) {
      const { control, own } = await linkedPhone(accountId);
      const named = customer === undefined ? undefined : customerNamed(control, own, 'customer', customer);
      if (named) refuseOffline(named);
      const readers = named ? [named] : customersOf(control, own).filter((phone) => !phone.isAway());
      await Promise.all(readers.map((phone) => phone.read(own.jid)));
      return view(accountId);
    },

    async setOffline(accountId, enabled, customer) {
      const { control, own } = await linkedPhone(accountId);
      const named = customer === undefined ? undefined : customerNamed(control, own, 'customer', customer);
      const meant = named ? [named] : customersOf(control, own);
      await Promise.all(meant.map((phone) => (enabled ? phone.loseNetwork() : phone.regainNetwork())));
      const away = customersOf(control, own).filter((phone) => phone.isAway());
      return { offline: enabled, customers: away.map(({ number }) => `+${number}`) };
    },

    async failNext(accountId) {
      const { control, own } = await linkedPhone(accountId);
      if (control.faultsInWait(own.number).includes('error-ack')) return;
      await control.fault({ kind: 'error-ack', number: own.number, code: refusalCode, times: 1 });
      watch.changed(accountId);
    },

    async logOut(accountId) {
      const { own } = await linkedPhone(accountId);
      await own.logOut();
    },

    async fault(accountId, fault) {
      const { control, own } = await linkedPhone(accountId);
      await control.fault(networkFault(fault, own.number));
    },

    async forget(account) {
      watch.unfollow(account.id);
      if (account.kind !== 'sandbox' || account.phone === null || !network.isOwned) return;
      const { control } = await network.running();
      await control.phone(account.phone.slice(1)).remove();
    },
  };
}

function networkFault(fault: SandboxFault, number: string): NetworkFault {
  return fault === 'unavailable' ? { kind: 'stream-error', number, code: 503 } : { kind: fault, number };
}
