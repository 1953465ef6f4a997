import type { Queryable } from '../../platform/database.ts';
import { close, findSteps, isClosed, type Steps } from './checklist.store.ts';

export type { Steps } from './checklist.store.ts';

/** The first steps on a new server. */
export interface Checklist {
  /** Undefined once every step was taken, or a person put the list away; it never comes back. */
  open(): Promise<Steps | undefined>;
  putAway(): Promise<void>;
}

export function createChecklist(database: Queryable): Checklist {
  let closed = false;

  async function closeFor(why: 'done' | 'put away'): Promise<void> {
    await close(database, why);
    closed = true;
  }

  return {
    async open() {
      closed ||= await isClosed(database);
      if (closed) return undefined;
      const steps = await findSteps(database);
      if (!Object.values(steps).every(Boolean)) return steps;
      await closeFor('done');
      return undefined;
    },
    putAway: () => closeFor('put away'),
  };
}
