import type { Response } from 'express';
import QRCode from 'qrcode';
import { accountOf } from '../../platform/caller.ts';
import { AppError } from '../../platform/errors.ts';
import { sendAnswer } from '../../platform/answer.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import type { Account } from './account.ts';
import { alreadyLinked } from './account-errors.ts';
import type { Accounts } from './accounts.ts';
import type { QrCode } from './linking.ts';
import { accountParams, pairingCodeAnswer, pairingCodeBody, qrAnswer } from './accounts.schemas.ts';

const tag = 'Accounts';

export interface QrWaits {
  /** How long a request waits for the first code. */
  firstCodeMs: number;
}

export function qrRoutes(accounts: Accounts, waits: QrWaits): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:id/qr',
      summary: 'The code to scan, as JSON or (Accept: image/png) as a picture',
      description: 'Waits up to ten seconds for the first code.',
      tag,
      access: 'account',
      params: accountParams,
      answer: qrAnswer,
      produces: ['application/json', 'image/png'],
      errors: ['account.not_found', 'account.no_qr', 'account.already_linked'],
      async stream({ params, caller, headers, signal }, response) {
        const id = accountOf(caller, params.id);
        const code = await currentCode(accounts, id, AbortSignal.any([signal, AbortSignal.timeout(waits.firstCodeMs)]));
        response.setHeader('Cache-Control', 'no-store');
        if (wantsPicture(headers.accept)) {
          response.type('image/png').send(await QRCode.toBuffer(code.code, { width: 320, margin: 4 }));
        } else {
          sendAnswer(response, { data: await codeJson(code) });
        }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:id/qr/stream',
      summary: 'The codes as they change, as server-sent events',
      description: 'Events `qr`, then `connected` or `failed`, after which the stream closes.',
      tag,
      access: 'account',
      params: accountParams,
      produces: ['text/event-stream'],
      errors: ['account.not_found'],
      async stream({ params, caller, signal }, response) {
        await streamCodes(accounts, accountOf(caller, params.id), response, signal);
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/accounts/:id/pairing-code',
      summary: 'Ask for a code to type on the phone, instead of scanning one',
      description:
        'On the phone: Linked devices, Link a device, Link with phone number instead. The code to scan stays good. ' +
        'Waits up to ten seconds for the pairing to begin; at most one new code a minute.',
      tag,
      access: 'account',
      params: accountParams,
      body: pairingCodeBody,
      answer: pairingCodeAnswer,
      errors: [
        'account.not_found',
        'account.not_pairing',
        'account.already_linked',
        'account.number_in_use',
        'account.paused',
        'account.code_too_soon',
        'account.code_refused',
        'account.code_unanswered',
        'account.moving',
      ],
      async handle({ params, body, caller, signal }) {
        const code = await accounts.requestPairingCode(accountOf(caller, params.id), body.phone, signal);
        return { data: { ...code, expiresAt: code.expiresAt.toISOString() } };
      },
    }),
  ];
}

/** Resolves with a code, waiting for the first; rejects with what stands in the way. */
async function currentCode(accounts: Accounts, id: string, signal: AbortSignal): Promise<QrCode> {
  const settled = (account: Account): boolean => account.status.status !== 'initializing';
  const account = await accounts.waitFor(id, settled, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return accounts.get(id);
  });
  const code = account.status.status === 'qr_ready' ? await accounts.qrCode(id) : undefined;
  if (code) return code;
  if (account.linked) throw alreadyLinked(account);
  throw new AppError('account.no_qr', {
    status: 409,
    detail: `Account ${account.name} shows no code: ${account.status.message}. POST /api/accounts/${id}/reconnect asks for one.`,
  });
}

async function streamCodes(accounts: Accounts, id: string, response: Response, signal: AbortSignal): Promise<void> {
  await accounts.get(id);
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  let shown = -1;
  while (!signal.aborted) {
    const account = await accounts.get(id);
    const code = account.status.status === 'qr_ready' ? await accounts.qrCode(id) : undefined;
    if (code && code.revision !== shown) {
      shown = code.revision;
      writeEvent(response, 'qr', await codeJson(code));
    }
    const end = endOf(account);
    if (end) {
      writeEvent(response, end, { status: account.status.status, statusMessage: account.status.message });
      break;
    }
    await accounts
      .waitFor(id, (next) => hasChanged(account, next), AbortSignal.any([signal, AbortSignal.timeout(15_000)]))
      .catch(() => response.write(': still waiting\n\n'));
  }
  response.end();
}

function endOf({ status }: Account): 'connected' | 'failed' | undefined {
  if (status.status === 'ready') return 'connected';
  const isOver = status.status === 'auth_failed' || status.status === 'error' || status.nextStep === 'show_code';
  return isOver && status.status !== 'qr_ready' ? 'failed' : undefined;
}

function hasChanged(before: Account, next: Account): boolean {
  return before.status.status !== next.status.status || before.qrRevision !== next.qrRevision;
}

function writeEvent(response: Response, event: string, data: unknown): void {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

async function codeJson(code: QrCode) {
  return {
    qr: code.code,
    image: await QRCode.toDataURL(code.code, { width: 320, margin: 4 }),
    revision: code.revision,
    expiresAt: code.expiresAt.toISOString(),
    attempt: code.attempt,
    attempts: code.attempts,
  };
}

function wantsPicture(accept: string | undefined): boolean {
  return accept !== undefined && /image\/(png|\*)/.test(accept);
}
