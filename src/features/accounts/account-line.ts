import type { Channel } from '../../channels/channel.ts';
import { AppError, isAppError } from '../../platform/errors.ts';
import type { Lease } from '../../platform/leases.ts';
import type { Account } from './account.ts';
import { notConnected } from './account-errors.ts';

export interface AccountLine {
  /**
   * Does something over the line of an account. Throws `account.not_connected` where it is not online, `account.moving` where
   * it runs in another process, and `account.unanswered` when the network says nothing.
   */
  onLine<T>(id: string, work: (channel: Channel) => Promise<T>): Promise<T>;
}

export interface AccountLineOptions {
  get: (id: string) => Promise<Account>;
  /** Throws `account.moving`. */
  require: (id: string) => Lease;
  channel: (id: string) => Channel | undefined;
}

export function createAccountLine(options: AccountLineOptions): AccountLine {
  return {
    async onLine(id, work) {
      const account = await options.get(id);
      if (!account.linked || account.paused) throw notConnected(account, 'Link it, or resume it.');
      options.require(id);
      const channel = options.channel(id);
      if (channel?.state.kind !== 'online') throw notConnected(account, 'Try again once it is ready.');
      try {
        return await work(channel);
      } catch (error) {
        if (isAppError(error, 'channel.disconnected')) throw notConnected(account, 'Try again once it is ready.');
        if (isAppError(error, 'channel.unanswered')) throw unanswered(error);
        throw error;
      }
    },
  };
}

/** For a part that the account's kind of channel has not. */
export function unsupportedByChannel(what: string): AppError {
  return new AppError('account.unsupported', { status: 409, detail: `An account of this kind cannot ${what}.` });
}

function unanswered(cause: AppError): AppError {
  return new AppError('account.unanswered', {
    status: 503,
    retryable: true,
    retryAfterSeconds: 5,
    detail: `${cause.message}. Try again.`,
    cause,
  });
}
