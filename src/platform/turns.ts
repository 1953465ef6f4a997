/** Work that is done one after the other for each name. */
export interface Turns {
  /** Does it once all that was asked before for this name is over, however that ended. */
  take<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Resolves once all that was asked so far is over; undefined when it is. */
  pending(name: string): Promise<unknown> | undefined;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async take(name, work) {
      const turn = (last.get(name) ?? Promise.resolve()).then(work);
      const settled = turn.catch(() => undefined);
      last.set(name, settled);
      try {
        return await turn;
      } finally {
        if (last.get(name) === settled) last.delete(name);
      }
    },
    pending: (name) => last.get(name),
  };
}
