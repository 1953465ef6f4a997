import {
  type BinaryNode,
  Curve,
  hmacSign,
  proto,
  WA_ADV_HOSTED_ACCOUNT_SIG_PREFIX,
  type WASocket,
} from '@whiskeysockets/baileys';
import { type Clock, endsWithin } from '../../platform/clock.ts';
import { deferred } from '../../platform/deferred.ts';
import { AppError } from '../../platform/errors.ts';

export interface CodePairing {
  /** Resolves with eight characters once WhatsApp has accepted them for this number (`+` and digits). */
  request(phone: string): Promise<string>;
}

export interface CodePairingOptions {
  socket: WASocket;
  /** The very array that the socket was made with. */
  browser: [string, string, string];
  answerMs: number;
  clock: Clock;
  /** Something was typed on the phone; whether it was this code shows only in that the pairing follows. */
  typed(): void;
}

/** WhatsApp answers 400 to a display name that is no usual browser on a usual system (whatsmeow, `PairPhone`). */
const usualSystem = 'Linux';

/**
 * Linking by a code that is typed on the phone, on a socket that shows codes to scan.
 *
 * What asking does in 7.0.0-rc14 (`requestPairingCode` in Socket/socket.js): it sets `creds.me` and `creds.pairingCode`
 * and sends `companion_hello`. It touches neither the refs nor their timer, so the codes to scan go on as before. WhatsApp
 * does not tell how long a code is good, but the line closes when the refs are used up (whatsmeow, `PairPhone`), which
 * makes it 60 s + 5 x 20 s from the first of them.
 */
export function createCodePairing(options: CodePairingOptions): CodePairing {
  const { socket, browser, clock } = options;
  const { creds } = socket.authState;
  const scannableSecret = creds.advSecretKey;

  socket.ws.on('CB:notification,type:link_code_companion_reg', () => options.typed());
  // Baileys takes a new secret from whatever is typed, also from a wrong code; the codes to scan still hold the first one.
  socket.ws.prependListener('CB:iq,,pair-success', (stanza: BinaryNode) => {
    if (!isSignedWith(creds.advSecretKey, stanza) && isSignedWith(scannableSecret, stanza)) {
      creds.advSecretKey = scannableSecret;
    }
  });

  return {
    async request(phone) {
      browser[0] = usualSystem;
      // Two codes around the same key would let the network test guesses of both.
      Object.assign(creds, { pairingEphemeralKeyPair: Curve.generateKeyPair() });
      const answer = answerTo(socket);
      try {
        const code = await socket.requestPairingCode(phone.slice(1));
        if (await endsWithin(clock, options.answerMs, answer.accepted)) return code;
      } catch (error) {
        throw error instanceof AppError ? error : unanswered(error);
      } finally {
        answer.stop();
      }
      throw unanswered();
    },
  };
}

/** Baileys does not wait for it. While a device is being linked no other query of ours is under way. */
function answerTo(socket: WASocket): { accepted: Promise<void>; stop(): void } {
  const answer = deferred<void>();
  answer.promise.catch(() => undefined);
  const accept = (): void => answer.resolve();
  const refuse = (node: BinaryNode): void => answer.reject(refusal(codeIn(node)));
  const closed = (): void => answer.reject(unanswered());
  socket.ws.on('CB:iq,type:result,link_code_companion_reg', accept);
  socket.ws.on('CB:iq,type:error', refuse);
  socket.ws.on('close', closed);
  return {
    accepted: answer.promise,
    stop() {
      socket.ws.off('CB:iq,type:result,link_code_companion_reg', accept);
      socket.ws.off('CB:iq,type:error', refuse);
      socket.ws.off('close', closed);
    },
  };
}

function codeIn({ content }: BinaryNode): number {
  const error = Array.isArray(content) ? content.find(({ tag }) => tag === 'error') : undefined;
  return Number(error?.attrs['code'] ?? 0);
}

function refusal(code: number): AppError {
  const tooMany = code === 429;
  const why = tooMany ? 'WhatsApp wants fewer codes to be asked for' : `WhatsApp refused to give a code (${code})`;
  return new AppError('channel.code_refused', { retryable: tooMany, detail: why });
}

function unanswered(cause?: unknown): AppError {
  return new AppError('channel.unanswered', { retryable: true, detail: 'WhatsApp did not answer', cause });
}

/** Whether the phone took this secret from what it scanned or agreed on (`configureSuccessfulPairing` in Baileys). */
function isSignedWith(secret: string, { content }: BinaryNode): boolean {
  const success = Array.isArray(content) ? content[0] : undefined;
  const parts = Array.isArray(success?.content) ? success.content : [];
  const identity = parts.find(({ tag }) => tag === 'device-identity')?.content;
  if (!(identity instanceof Uint8Array)) return false;
  try {
    const { details, hmac, accountType } = proto.ADVSignedDeviceIdentityHMAC.decode(identity);
    if (!details || !hmac) return false;
    const isHosted = accountType === proto.ADVEncryptionType.HOSTED;
    const signed = isHosted ? Buffer.concat([WA_ADV_HOSTED_ACCOUNT_SIG_PREFIX, details]) : details;
    return hmacSign(signed, Buffer.from(secret, 'base64')).equals(hmac);
  } catch {
    return false;
  }
}
