import { AppError } from '../../platform/errors.ts';

/** A server's answer to a message stanza: confirmed, or refused with WhatsApp's code. */
export interface Acknowledgements {
  /** Waits for the answer to this id. Register before the stanza leaves. */
  expect(remoteId: string, options: { timeoutMs: number; signal: AbortSignal }): Promise<void>;
  settle(remoteId: string, errorCode: string | undefined): void;
  /** The line is gone: every waiting result is unknown. */
  abandon(reason: string): void;
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

export function createAcknowledgements(): Acknowledgements {
  const waiting = new Map<string, Waiting>();

  return {
    expect(remoteId, { timeoutMs, signal }) {
      return new Promise<void>((resolve, reject) => {
        const finish = (settle: () => void): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          waiting.delete(remoteId);
          settle();
        };
        const onAbort = (): void => finish(() => reject(unknownResult('channel.stopped', 'The channel is stopping')));
        const timer = setTimeout(
          () => finish(() => reject(unknownResult('channel.unconfirmed', 'No confirmation from WhatsApp in time'))),
          timeoutMs,
        );
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.set(remoteId, {
          resolve: () => finish(resolve),
          reject: (error) => finish(() => reject(error)),
        });
        if (signal.aborted) onAbort();
      });
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
