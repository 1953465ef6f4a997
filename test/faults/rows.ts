import { killAfterRatchet, killsAtPoints } from './scenarios/kills-at-points.ts';
import { killsAtRandom } from './scenarios/kills-at-random.ts';
import { lostConnections } from './scenarios/lost-connections.ts';
import { postgresStopped } from './scenarios/postgres-stopped.ts';
import { readOnly } from './scenarios/read-only.ts';
import { sameStanza } from './scenarios/same-stanza.ts';
import { stopping } from './scenarios/stopping.ts';
import type { Scenario } from './stage.ts';

/** A row of which nothing is offered yet. Listed, and never counted as passed. */
export interface NotBuilt {
  readonly row: number;
  readonly name: string;
  readonly notBuilt: string;
}

/** The promises about ownership, crashes and the database, in their order. */
export const rows: readonly (Scenario | NotBuilt)[] = [
  killsAtRandom,
  killsAtPoints,
  postgresStopped,
  lostConnections,
  readOnly,
  stopping,
  killAfterRatchet,
  sameStanza,
];

export function isBuilt(row: Scenario | NotBuilt): row is Scenario {
  return 'run' in row;
}
