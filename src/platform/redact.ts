const secretKeys = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'cookies',
  'setcookie',
  'apikey',
  'xapikey',
  'csrf',
  'pin',
  'pass',
  'pwd',
  'passphrase',
  'creds',
  'credentials',
  'credential',
  'keys',
  'keypair',
  'keydata',
  'private',
  'ciphertext',
  'plaintext',
  'signature',
  'dsn',
  'databaseurl',
  'connectionstring',
  // What people write to each other, and what links a phone.
  'text',
  'body',
  'caption',
  'content',
  'conversation',
  'prompt',
  'systemprompt',
  'reply',
  'qr',
  'qrcode',
  'pairingcode',
]);
const secretEndings =
  /(token|secret|password|passwd|apikey|privatekey|mediakey|keymaterial|encryptionkey|noisekey|identitykey|prekey|sessionid)$/;

const secretPatterns: readonly (readonly [RegExp, string])[] = [
  [/\bsk_(live|test|admin)_[A-Za-z0-9_-]+/g, 'sk_$1_[redacted]'],
  [/\bwhsec_[A-Za-z0-9+/=_-]+/g, 'whsec_[redacted]'],
  [/\b(sk|gsk|pk|rk)[-_][A-Za-z0-9_-]{16,}/g, '$1-[redacted]'],
  [/\bAIza[A-Za-z0-9_-]{20,}/g, '[redacted]'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi, '$1 [redacted]'],
  // A password may itself contain @ or /: everything up to the last @ of the word belongs to it.
  [/\b(postgres(?:ql)?:\/\/[^:@\s/]*):\S*@/gi, '$1:[redacted]@'],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@/]+@/gi, '$1:[redacted]@'],
  [/([?&;\s](?:[a-z_-]*(?:api_?key|token|secret|password|signature))=)[^&\s"']+/gi, '$1[redacted]'],
];

const redacted = '[redacted]';
const maxTextLength = 4_000;
const maxDepth = 6;
const maxMembers = 100;

function isSecretKey(key: string): boolean {
  const plain = key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return secretKeys.has(plain) || secretEndings.test(plain);
}

/** Text without the secrets that can be told by their form, at most 4,000 characters of it. */
export function redactText(text: string): string {
  const cut = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}… (${text.length} characters)` : text;
  return secretPatterns.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), cut);
}

/** An error as data: what helps to understand it, nothing that a driver hung on it (row values, request bodies). */
function errorFacts(error: Error, depth: number, seen: Set<object>): Record<string, unknown> {
  const facts: Record<string, unknown> = { name: error.name };
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' || typeof code === 'number') facts['code'] = code;
  facts['message'] = redactText(error.message);
  if (error.stack) facts['stack'] = redactText(error.stack);
  if (error.cause !== undefined) facts['cause'] = redactAt(error.cause, depth + 1, seen);
  if (error instanceof AggregateError) facts['errors'] = redactAt(error.errors, depth + 1, seen);
  return facts;
}

function redactAt(value: unknown, depth: number, seen: Set<object>): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (seen.has(value)) return '[circular]';
  if (depth >= maxDepth) return '[deeper]';
  seen.add(value);
  try {
    if (value instanceof Error) return errorFacts(value, depth, seen);
    if (value instanceof URL) return redactText(value.href);
    if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`;
    if (Array.isArray(value)) return value.slice(0, maxMembers).map((item) => redactAt(item, depth + 1, seen));
    return Object.fromEntries(
      Object.entries(value)
        .slice(0, maxMembers)
        .map(([key, member]) => [redactText(key), redactMember(key, member, depth, seen)]),
    );
  } finally {
    seen.delete(value);
  }
}

function redactMember(key: string, member: unknown, depth: number, seen: Set<object>): unknown {
  const harmless = member === undefined || member === null || typeof member === 'boolean';
  return isSecretKey(key) && !harmless ? redacted : redactAt(member, depth + 1, seen);
}

/**
 * A copy fit for a log: secrets and people's words are replaced, told by the name of their key or by their form; bytes
 * become their length; depth and size are bounded. Values under other names are kept, so name what you log.
 */
export function redact(value: Record<string, unknown>): Record<string, unknown> {
  return redactAt(value, 0, new Set()) as Record<string, unknown>;
}
