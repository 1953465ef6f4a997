import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

export type ChatType = 'personal' | 'group' | 'newsletter';

/** Where a message goes, in canonical form. Source of the servers: Baileys 7 `WABinary/jid-utils`. */
export interface Address {
  /** `…@s.whatsapp.net`, `…@lid`, `…@g.us` or `…@newsletter`, without a device. */
  jid: string;
  type: ChatType;
  /** `+` and digits for a phone address, else null. */
  phone: string | null;
}

export type ParsedAddress = { ok: true; address: Address } | { ok: false; problem: string };

const notAnAddress = 'is not a phone number or chat address';
const phoneServers = new Set(['s.whatsapp.net', 'c.us']);

/** Numbers that the sandbox's network hands out; no country has this code. */
export function isSandboxPhone(phone: string): boolean {
  return phone.startsWith('+999');
}

/**
 * Reads what callers write: E.164 with or without `+`, spaces, dots, dashes or parentheses, or a chat address
 * (`…@s.whatsapp.net`, `…@c.us`, `…@lid`, `…@g.us`, `…@newsletter`).
 */
export function parseAddress(input: string): ParsedAddress {
  const text = input.trim();
  return text.includes('@') ? parseJid(text) : parsePhone(text);
}

function parsePhone(text: string): ParsedAddress {
  if (!/^\+?[\d\s().\-/]+$/.test(text)) return { ok: false, problem: notAnAddress };
  const digits = text.replace(/\D/g, '').replace(/^00/, '');
  if (digits.startsWith('0')) return { ok: false, problem: 'needs the country code, such as +49 for Germany' };
  if (!isPossiblePhone(digits)) return { ok: false, problem: notAnAddress };
  return { ok: true, address: phoneAddress(digits) };
}

function isPossiblePhone(digits: string): boolean {
  if (!/^\d{7,15}$/.test(digits)) return false;
  return digits.startsWith('999') || parsePhoneNumberFromString(`+${digits}`)?.isPossible() === true;
}

function parseJid(text: string): ParsedAddress {
  const match = /^([\d-]+)(?::\d{1,3})?@([a-z.]+)$/.exec(text.toLowerCase());
  const user = match?.[1] ?? '';
  const server = match?.[2] ?? '';
  if (phoneServers.has(server) && isPossiblePhone(user)) return { ok: true, address: phoneAddress(user) };
  if (server === 'lid' && /^\d{5,20}$/.test(user)) return typed(`${user}@lid`, 'personal');
  if (server === 'g.us' && /^\d{10,25}(-\d{5,15})?$/.test(user)) return typed(`${user}@g.us`, 'group');
  if (server === 'newsletter' && /^\d{10,25}$/.test(user)) return typed(`${user}@newsletter`, 'newsletter');
  return { ok: false, problem: notAnAddress };
}

function typed(jid: string, type: ChatType): ParsedAddress {
  return { ok: true, address: { jid, type, phone: null } };
}

function phoneAddress(digits: string): Address {
  return { jid: `${digits}@s.whatsapp.net`, type: 'personal', phone: `+${digits}` };
}

/** Drops the device (`…:3@s.whatsapp.net`) and writes the old server name as the present one. */
export function bareJid(jid: string): string {
  return jid.replace(/:\d+@/, '@').replace(/@c\.us$/, '@s.whatsapp.net');
}

export function isLid(jid: string): boolean {
  return jid.endsWith('@lid');
}

/** `+` and digits of a phone address; null for every other kind. */
export function phoneOf(jid: string): string | null {
  const match = /^(\d+)(?::\d+)?@(?:s\.whatsapp\.net|c\.us)$/.exec(jid);
  return match?.[1] === undefined ? null : `+${match[1]}`;
}

export function chatTypeOf(jid: string): ChatType | undefined {
  if (jid.endsWith('@g.us')) return 'group';
  if (jid.endsWith('@newsletter')) return 'newsletter';
  if (isLid(jid) || phoneOf(jid) !== null) return 'personal';
  return undefined;
}
