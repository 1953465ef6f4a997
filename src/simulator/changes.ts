import type { PhoneChange } from './control.ts';

/** Tells who watches that something is to be seen on a phone. */
export interface Changes {
  tell(change: PhoneChange): void;
  /** Returns how to stop watching. */
  watch(listener: (change: PhoneChange) => void): () => void;
}

export function createChanges(): Changes {
  const listeners = new Set<(change: PhoneChange) => void>();
  return {
    tell(change) {
      for (const listener of listeners) listener(change);
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
