import { type Address, isSandboxPhone, parseAddress } from '../../channels/address.ts';
import { type AppError, invalidField } from '../../platform/errors.ts';

/** Reads whom a caller wants to write to. Throws a 422 that names `to`. */
export function recipientOf(given: string): Address {
  const parsed = parseAddress(given);
  if (!parsed.ok) throw invalidField('to', parsed.problem);
  if (parsed.address.type === 'newsletter') {
    throw invalidField('to', 'is a newsletter, which cannot be written to yet');
  }
  return parsed.address;
}

export function isSandboxAddress({ phone }: Address): boolean {
  return phone !== null && isSandboxPhone(phone);
}

export function outOfReach(): AppError {
  return invalidField('to', 'is a number of the sandbox, which a real account cannot reach');
}
