import { createHmac, randomBytes } from 'node:crypto';

const secretPrefix = 'whsec_';
const secretBytes = 32;

export interface SignedDelivery {
  /** Stays the same over all attempts, so that a receiver knows what it had already. */
  id: string;
  timestampSeconds: number;
  /** Exactly what is sent. */
  body: string | Uint8Array;
  /** As they were shown, the newest first; more than one while a secret rotates. */
  secrets: readonly [string, ...string[]];
}

/** `whsec_` and the base64 of 32 bytes of chance, as Standard Webhooks writes secrets. */
export function newWebhookSecret(): string {
  return secretPrefix + randomBytes(secretBytes).toString('base64');
}

/**
 * The headers by which a receiver knows that a delivery is ours. Standard Webhooks (its specification, "Signature
 * scheme"): HMAC-SHA256 of `id.timestamp.body` with the decoded bytes of the secret, one value for each secret.
 * `X-Hub-Signature-256` as GitHub makes it: HMAC-SHA256 of the body, with the letters of the newest secret as they were
 * shown; `X-Hub-Signature` holds the same, not GitHub's SHA-1.
 */
export function signatureHeaders(delivery: SignedDelivery): Record<string, string> {
  const { id, timestampSeconds, body, secrets } = delivery;
  const start = `${id}.${timestampSeconds}.`;
  const values = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(start).update(body).digest('base64')}`;
  });
  const ofBody = `sha256=${createHmac('sha256', secrets[0]).update(body).digest('hex')}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': values.join(' '),
    'X-Hub-Signature': ofBody,
    'X-Hub-Signature-256': ofBody,
  };
}
