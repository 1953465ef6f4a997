import { createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256 in base64url. */
export function macOf(value: string, key: Buffer | string): string {
  return createHmac('sha256', key).update(value).digest('base64url');
}

/** The lengths are no secret, what stands in the texts is. */
export function equalInConstantTime(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** `value.signature`, which `unsigned` turns back. */
export function signed(value: string, key: Buffer | string): string {
  return `${value}.${macOf(value, key)}`;
}

/** The value of a text that was signed with this key, in base64url or, as express-session does it, in base64. */
export function unsigned(text: string, key: Buffer | string): string | undefined {
  const end = text.lastIndexOf('.');
  if (end < 0) return undefined;
  const value = text.slice(0, end);
  const signature = text
    .slice(end + 1)
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  return equalInConstantTime(signature, macOf(value, key)) ? value : undefined;
}
