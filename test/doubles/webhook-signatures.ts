import { verify } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';

export interface SignedRequest {
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** What the official verifier of Standard Webhooks says against the request when it comes in at `now`. */
export function standardFault(secret: string, { headers, body }: SignedRequest, now: Date): string | undefined {
  const restore = setNow(now);
  try {
    new Webhook(secret).verify(
      body,
      {
        'webhook-id': headers['webhook-id'] ?? '',
        'webhook-timestamp': headers['webhook-timestamp'] ?? '',
        'webhook-signature': headers['webhook-signature'] ?? '',
      },
      { jsonParse: false },
    );
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    restore();
  }
}

/** The verifier looks at this machine's clock; a product under test may have one of its own. */
function setNow(now: Date): () => void {
  const systemNow = Reflect.getOwnPropertyDescriptor(Date, 'now');
  Date.now = () => now.getTime();
  return () => systemNow && Reflect.defineProperty(Date, 'now', systemNow);
}

/** What GitHub's verifier says against what one of the two headers holds. */
export async function hubFault(
  secret: string,
  { headers, body }: SignedRequest,
  header: 'x-hub-signature' | 'x-hub-signature-256',
): Promise<string | undefined> {
  const text = body.toString('utf8');
  if (!Buffer.from(text).equals(body)) return 'the body is not UTF-8';
  try {
    return (await verify(secret, text, headers[header] ?? '')) ? undefined : `${header} does not match the body`;
  } catch (error) {
    return `${header}: ${String(error)}`;
  }
}

/** The first thing that one of the official verifiers says against the request. */
export async function signatureFault(secret: string, request: SignedRequest, now: Date): Promise<string | undefined> {
  return (
    standardFault(secret, request, now) ??
    (await hubFault(secret, request, 'x-hub-signature-256')) ??
    hubFault(secret, request, 'x-hub-signature')
  );
}
