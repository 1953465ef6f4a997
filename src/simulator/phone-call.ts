/** A call as a phone lists it. */
export interface PhoneCall {
  id: string;
  /** Phone jid of the other person. */
  with: string;
  fromMe: boolean;
  video: boolean;
  /** Rejected by one of the other's devices; ended by who called; missed when it rang until its time was over. */
  status: 'ringing' | 'rejected' | 'ended' | 'missed';
  /** ISO 8601 time at which it began. */
  at: string;
}
