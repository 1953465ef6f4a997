import { isAppError } from '../../platform/errors.ts';

/** Counts the tries of each message that had no confirmation: after so many the line itself is in doubt. */
export interface UnconfirmedSends {
  /** Passes on what becomes of a try; calls `inDoubt` when it was one too many. */
  watch(remoteId: string, sending: Promise<void>, inDoubt: () => void): Promise<void>;
  forget(): void;
}

export function createUnconfirmedSends(mostTries: number): UnconfirmedSends {
  const triesById = new Map<string, number>();
  return {
    async watch(remoteId, sending, inDoubt) {
      try {
        await sending;
        triesById.delete(remoteId);
      } catch (error) {
        if (isAppError(error, 'channel.unconfirmed')) {
          const tries = (triesById.get(remoteId) ?? 0) + 1;
          triesById.set(remoteId, tries);
          if (tries >= mostTries) inDoubt();
        }
        throw error;
      }
    },
    forget: () => triesById.clear(),
  };
}
