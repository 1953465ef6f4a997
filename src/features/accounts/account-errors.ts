import { AppError } from '../../platform/errors.ts';
import type { Account } from './account.ts';

export function accountNotFound(): AppError {
  return new AppError('account.not_found', { status: 404, detail: 'There is no such account.' });
}

export function accountPaused(account: Account): AppError {
  return new AppError('account.paused', {
    status: 409,
    detail: `Account ${account.name} is paused. Resume it first.`,
  });
}

export function notConnected(account: Account, advice: string): AppError {
  return new AppError('account.not_connected', {
    status: 409,
    detail: `Account ${account.name} is not connected (${account.status.message}). ${advice}`,
  });
}

export function alreadyLinked(account: Account): AppError {
  return new AppError('account.already_linked', {
    status: 409,
    detail: `Account ${account.name} is linked already (${account.status.message}).`,
  });
}

export function notPairing(account: Account): AppError {
  return new AppError('account.not_pairing', {
    status: 409,
    detail:
      `Account ${account.name} shows no codes (${account.status.message}). ` +
      `POST /api/accounts/${account.id}/reconnect begins a new pairing.`,
  });
}
