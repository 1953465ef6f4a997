import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** `acc_01k…`: the prefix, ten characters of time (so that ids sort by creation) and sixteen of chance, in base 32. */
export function newId(prefix: 'acc' | 'msg' | 'evt' | 'ntf' | 'key' | 'req' | 'fil' | 'con' | 'wh', now: Date): string {
  let time = now.getTime();
  let stamp = '';
  for (let index = 0; index < 10; index += 1) {
    stamp = alphabet.charAt(time % 32) + stamp;
    time = Math.floor(time / 32);
  }
  const chance = Array.from(randomBytes(16), (byte) => alphabet.charAt(byte % 32)).join('');
  return `${prefix}_${stamp}${chance}`;
}
