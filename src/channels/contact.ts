/** Saved in the phone's address book; checked by WhatsApp, of a business; as the person calls themselves. */
export const contactNameKinds = ['saved', 'verified', 'push'] as const;
export type ContactNameKind = (typeof contactNameKinds)[number];

/** What a channel learns about a person. */
export interface ContactFact {
  /** `+` and digits. One of the two addresses is given; both where they are known to be of one person. */
  phone: string | null;
  lid: string | null;
  /** Of names of one kind the one with the latest time is right, in whatever order they are told. */
  name: { kind: ContactNameKind; text: string; at: Date } | null;
}
