import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import { signed, unsigned } from '../../platform/signed-value.ts';

/** Addresses under which a message's file can be had for seven days without a key. */
export interface MediaLinks {
  to(messageId: string): string;
  /** The message that a link's last part is about. Throws `media.link_invalid` or `media.link_expired`. */
  messageOf(token: string): string;
}

const lifeSeconds = 7 * 24 * 60 * 60;

export function createMediaLinks(options: { key: Buffer; publicUrl: string; clock: Clock }): MediaLinks {
  const { key, publicUrl, clock } = options;
  const seconds = (): number => Math.floor(clock.now().getTime() / 1000);
  return {
    to: (messageId) => `${publicUrl}/media/${signed(`${messageId}.${seconds() + lifeSeconds}`, key)}`,
    messageOf(token) {
      const [messageId = '', until = ''] = (unsigned(token, key) ?? '').split('.');
      if (messageId === '') throw refused('media.link_invalid', 403, 'This is no link of this server.');
      if (Number(until) < seconds()) throw refused('media.link_expired', 410, 'This link was good for seven days.');
      return messageId;
    },
  };
}

function refused(code: string, status: number, detail: string): AppError {
  return new AppError(code, { status, detail });
}
