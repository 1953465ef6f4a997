import { createTurns } from './turns.ts';

export interface SharedReads<T> {
  /**
   * What `read` finds, which begins after it was asked for: one at a time for each name, and one for all who ask while another
   * is on its way.
   */
  ask(name: string, read: () => Promise<T>): Promise<T>;
}

export function createSharedReads<T>(): SharedReads<T> {
  const turns = createTurns();
  const next = new Map<string, Promise<T>>();
  return {
    ask(name, read) {
      const known = next.get(name);
      if (known) return known;
      const asked = turns.take(name, () => {
        next.delete(name);
        return read();
      });
      next.set(name, asked);
      return asked;
    },
  };
}
