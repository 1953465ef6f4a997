import { isAppError } from '../../platform/errors.ts';
import type { PageAnswer } from '../../platform/page.ts';
import { text } from '../../platform/schema.ts';

/** Where a person comes from; only paths of this server are followed. */
export const backField = text({ max: 1000 });

/** Somebody else has deleted the account meanwhile: the list says so, in place of an error. */
export async function orGone(act: () => Promise<PageAnswer>): Promise<PageAnswer> {
  try {
    return await act();
  } catch (error) {
    if (!isAppError(error, 'account.not_found')) throw error;
    return {
      kind: 'redirect',
      to: '/accounts',
      notice: { words: 'This account does not exist any more.', tone: 'warn' },
    };
  }
}
