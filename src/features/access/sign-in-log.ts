import { type Actor, nobody } from '../../platform/actor.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Audit } from '../audit/audit.ts';

/** What the audit log tells of people coming and going. */
export interface SignInLog {
  signedIn(username: string, address: string): Promise<void>;
  /** At most one a minute, so that an attack does not fill the log. What was typed is not kept: it may be a password. */
  refused(address: string): Promise<void>;
  signedOut(actor: Actor): Promise<void>;
  signedOutEverywhere(actor: Actor, ended: number): Promise<void>;
  setUp(username: string, address: string): Promise<void>;
}

const quietMs = 60_000;

export function createSignInLog(options: {
  audit: Pick<Audit, 'record'>;
  database: Database;
  clock: Clock;
}): SignInLog {
  const { audit, database, clock } = options;
  let refusedAtMs = -Infinity;
  const record = (act: Parameters<Audit['record']>[1]): Promise<void> =>
    database.transaction((tx) => audit.record(tx, act));
  const person = (name: string, address: string): Actor => ({ kind: 'person', name, address: address || null });

  return {
    signedIn: (username, address) => record({ actor: person(username, address), action: 'session.signed_in' }),
    async refused(address) {
      if (clock.monotonicMs() - refusedAtMs < quietMs) return;
      refusedAtMs = clock.monotonicMs();
      await record({ actor: person(nobody, address), action: 'session.sign_in_refused' });
    },
    signedOut: (actor) => record({ actor, action: 'session.signed_out' }),
    signedOutEverywhere: (actor, ended) =>
      record({ actor, action: 'session.signed_out_everywhere', details: { ended } }),
    setUp: (username, address) => record({ actor: person(username, address), action: 'admin.set_up' }),
  };
}
