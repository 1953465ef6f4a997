import { setMaxListeners } from 'node:events';
import { AppError } from '../../platform/errors.ts';

/** A server's answer to a message stanza: confirmed, or refused with WhatsApp's code. */
export interface Acknowledgements {
  /** Begins to wait for the answer to this id; before the stanza leaves. */
  expect(remoteId: string, options: { timeoutMs: number; signal: AbortSignal }): Expectation;
  settle(remoteId: string, errorCode: string | undefined): void;
  /** The line is gone: every waiting result is unknown. */
  abandon(reason: string): void;
}

export interface Expectation {
  readonly confirmed: Promise<void>;
  /** The message waits for its departure, however long that takes. */
  held(): void;
  /** It has left: from now on the answer may take its time. */
  departed(): void;
  /** Nobody waits for the answer any more. */
  cancel(): void;
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

export function createAcknowledgements(): Acknowledgements {
  const waiting = new Map<string, Waiting>();

  return {
    expect(remoteId, { timeoutMs, signal }) {
      let cancel = (): void => undefined;
      let timer: NodeJS.Timeout | undefined;
      let settled = false;
      let onTimeout = (): void => undefined;
      const begin = (): void => {
        clearTimeout(timer);
        if (!settled) timer = setTimeout(() => onTimeout(), timeoutMs);
      };
      const confirmed = new Promise<void>((resolve, reject) => {
        const onAbort = (): void => entry.reject(unknownResult('channel.stopped', 'The channel is stopping'));
        onTimeout = () => entry.reject(unknownResult('channel.unconfirmed', 'No confirmation from WhatsApp in time'));
        cancel = () => {
          settled = true;
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          // A later try of the same message may wait under this id by now.
          if (waiting.get(remoteId) === entry) waiting.delete(remoteId);
        };
        const entry: Waiting = {
          resolve() {
            cancel();
            resolve();
          },
          reject(error) {
            cancel();
            reject(error);
          },
        };
        waiting.set(remoteId, entry);
        // Many messages wait on the one signal of their caller.
        setMaxListeners(0, signal);
        signal.addEventListener('abort', onAbort, { once: true });
        begin();
        if (signal.aborted) onAbort();
      });
      return { confirmed, held: () => clearTimeout(timer), departed: begin, cancel: () => cancel() };
    },
    settle(remoteId, errorCode) {
      const entry = waiting.get(remoteId);
      if (!entry) return;
      if (errorCode === undefined) entry.resolve();
      else entry.reject(refusal(errorCode));
    },
    abandon(reason) {
      for (const entry of waiting.values()) entry.reject(unknownResult('channel.disconnected', reason));
    },
  };
}

function unknownResult(code: string, detail: string): AppError {
  return new AppError(code, { retryable: true, detail });
}

/** Codes in an ack: 463 and 475 are limits on new chats, 479 a stanza the server cannot accept. */
function refusal(errorCode: string): AppError {
  const details: Record<string, string> = {
    '463': 'WhatsApp does not let this number start new chats at present.',
    '475': "WhatsApp's limit on new chats is reached.",
    '479': 'WhatsApp refused the message as malformed.',
  };
  return new AppError(`whatsapp.refused_${errorCode}`, {
    detail: details[errorCode] ?? `WhatsApp refused the message (code ${errorCode}).`,
  });
}
