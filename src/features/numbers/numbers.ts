import { isSandboxPhone, parseAddress } from '../../channels/address.ts';
import { invalidField } from '../../platform/errors.ts';
import { type Accounts, unsupportedByChannel } from '../accounts/accounts.ts';
import { createNumberLookups } from './number-lookups.ts';

export interface NumberAnswer {
  /** As it was asked for. */
  number: string;
  exists: boolean;
  jid: string | null;
  lid: string | null;
}

export interface Numbers {
  /**
   * Which numbers are on the network, in the order of the question. Asks over the account's line for those that are not known,
   * and throws as `Accounts.onLine`; a 422 names what is no number.
   */
  check(accountId: string, numbers: readonly string[]): Promise<NumberAnswer[]>;
}

export interface NumbersOptions {
  accounts: Pick<Accounts, 'get' | 'onLine'>;
  /** Whether numbers of the sandbox exist on the network of kind `whatsapp` too. */
  sandboxNumbersEverywhere: boolean;
  cacheSize: number;
  cacheMs: number;
}

export function createNumbers(options: NumbersOptions): Numbers {
  const { accounts } = options;
  const lookups = createNumberLookups({
    ...options,
    ask: (accountId, phones) =>
      accounts.onLine(accountId, async ({ directory }) => {
        if (!directory) throw unsupportedByChannel('look numbers up');
        return directory.lookUp(phones);
      }),
  });

  return {
    async check(accountId, numbers) {
      const { kind } = await accounts.get(accountId);
      const hasSandboxNumbers = kind === 'sandbox' || options.sandboxNumbersEverywhere;
      const phones = numbers.map((number, index) => phoneOf(number, `numbers[${index}]`, hasSandboxNumbers));
      const found = await Promise.all(phones.map((phone) => lookups.lookUp(accountId, phone)));
      return numbers.map((number, index) => {
        const person = found[index] ?? null;
        return { number, exists: person !== null, jid: person?.jid ?? null, lid: person?.lid ?? null };
      });
    },
  };
}

function phoneOf(given: string, field: string, hasSandboxNumbers: boolean): string {
  const parsed = parseAddress(given);
  if (!parsed.ok) throw invalidField(field, parsed.problem);
  const { phone } = parsed.address;
  if (phone === null) throw invalidField(field, 'is not a phone number');
  if (isSandboxPhone(phone) && !hasSandboxNumbers) {
    throw invalidField(field, 'is a number of the sandbox, which a real account cannot reach');
  }
  return phone;
}
