import { AppError } from '../../platform/errors.ts';
import type { Account } from './account.ts';

export function accountNotFound(): AppError {
  return new AppError('account.not_found', { status: 404, detail: 'There is no such account.' });
}

/** The account is run by another process on this database, or by none for a moment. */
export function accountMoving(): AppError {
  return new AppError('account.moving', {
    status: 503,
    retryable: true,
    retryAfterSeconds: 2,
    detail: 'The account is changing hands between two processes. Try again.',
  });
}

export function accountPaused(account: Account): AppError {
  return new AppError('account.paused', {
    status: 409,
    detail: `Account ${account.name} is paused. Resume it first.`,
  });
}

export function accountBanned(account: Account): AppError {
  return new AppError('account.restricted', {
    status: 409,
    detail:
      `WhatsApp has banned the number of account ${account.name} until ${account.restrictedUntil?.toISOString() ?? ''}. ` +
      'Reconnect it then.',
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
