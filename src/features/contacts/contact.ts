import { phoneOf } from '../../channels/address.ts';
import type { KnownContact } from './contact-merging.ts';

export interface Contact {
  id: string;
  accountId: string;
  jid: string;
  phone: string | null;
  lid: string | null;
  /** The best of the three that follow, in their order. */
  name: string | null;
  savedName: string | null;
  verifiedName: string | null;
  pushName: string | null;
  createdAt: string;
}

export function contactOf(accountId: string, { id, phone, lid, names, createdAt }: KnownContact): Contact {
  const [savedName, verifiedName, pushName] = [names.saved, names.verified, names.push].map(
    (name) => name?.text ?? null,
  );
  return {
    id,
    accountId,
    jid: phone === null ? (lid ?? '') : `${phone.slice(1)}@s.whatsapp.net`,
    phone,
    lid,
    name: savedName ?? verifiedName ?? pushName ?? null,
    savedName: savedName ?? null,
    verifiedName: verifiedName ?? null,
    pushName: pushName ?? null,
    createdAt: createdAt.toISOString(),
  };
}

/** How a person is found: by the number where the jid holds one, else by the hidden address. */
export function addressOf(jid: string): { phone: string | null; lid: string | null } {
  const phone = phoneOf(jid);
  return { phone, lid: phone === null ? jid : null };
}
