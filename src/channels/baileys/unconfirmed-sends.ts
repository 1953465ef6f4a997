import { isAppError } from '../../platform/errors.ts';

/** Counts the tries of each message that had no confirmation: after so many the line itself is in doubt. */
export interface UnconfirmedSends {
  /** Passes on what becomes of a try; calls `inDoubt` when it was one too many. */
  watch<Sent>(remoteId: string, sending: Promise<Sent>, inDoubt: () => void): Promise<Sent>;
  forget(): void;
}

export function createUnconfirmedSends(mostTries: number): UnconfirmedSends {
  const triesById = new Map<string, number>();
  return {
    async watch(remoteId, sending, inDoubt) {
      try {
        const sent = await sending;
        triesById.delete(remoteId);
        return sent;
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
