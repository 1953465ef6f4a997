import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Request, Response } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import type { Caller } from './caller.ts';
import type { Clock } from './clock.ts';
import { createLimiter } from './rate-limit.ts';

export interface Credentials {
  apiKey: string;
  address: string;
}

/** Who a key belongs to; undefined when it is wrong. May cost a look-up in the database. */
export type Authenticate = (credentials: Credentials) => Promise<Caller | undefined>;

/** What the platform needs to know of sessions in browsers. */
export interface SessionGate {
  /** The signed-in person, by the request's cookie. */
  callerOf(request: Request, response: Response): Promise<Extract<Caller, { kind: 'session' }> | undefined>;
  /** Throws 403 when the request may come from another site than ours. */
  requireCsrf(request: Request): void;
}

export interface IdentifyOptions {
  authenticate: Authenticate;
  sessions?: SessionGate | undefined;
  perKeyPerMinute: number;
  perSessionPerMinute: number;
  perAddressPerMinute: number;
  clock: Clock;
}

const maxKeyLength = 512;
const maxRemembered = 20_000;
const rememberMs = 10 * 60_000;
const anonymous: Caller = { kind: 'anonymous' };

/** The key from `Authorization: Bearer`, `X-API-Key` or `apikey`; never from the query, which ends up in logs. */
export function apiKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization?.trim() ?? '')?.[1];
  const others = [headers['x-api-key'], headers['apikey']];
  const key = bearer ?? others.find((value): value is string => typeof value === 'string' && value.trim() !== '');
  return key?.trim();
}

/**
 * Tells who calls and counts the call: under its key when that is valid, without a key under its session, else under its
 * address. A key that was not
 * seen valid lately takes one of its address's requests before it is looked up and gives it back when it turns out
 * valid, so that a flood of wrong keys costs no more look-ups than the address has requests.
 */
export function createIdentify(options: IdentifyOptions): (request: Request, response: Response) => Promise<Caller> {
  const { clock } = options;
  const shared = { clock, maxKeys: 50_000 };
  const perKey = createLimiter({ ...shared, name: 'key', perMinute: options.perKeyPerMinute });
  const perSession = createLimiter({ ...shared, name: 'session', perMinute: options.perSessionPerMinute });
  const perAddress = createLimiter({ ...shared, name: 'address', perMinute: options.perAddressPerMinute });
  const seenValid = new Map<string, number>();
  const lookUps = new Map<string, Promise<Caller | undefined>>();

  function remember(fingerprint: string): void {
    seenValid.delete(fingerprint);
    seenValid.set(fingerprint, clock.monotonicMs() + rememberMs);
    const [oldest] = seenValid.keys();
    if (seenValid.size > maxRemembered && oldest !== undefined) seenValid.delete(oldest);
  }

  async function lookUpOnce(fingerprint: string, credentials: Credentials): Promise<Caller | undefined> {
    const work = options.authenticate(credentials).finally(() => lookUps.delete(fingerprint));
    lookUps.set(fingerprint, work);
    return work;
  }

  async function callerOf(apiKey: string, request: Request, response: Response): Promise<Caller | undefined> {
    const address = request.ip ?? '';
    const addressKey = ipKeyGenerator(address);
    const fingerprint = createHash('sha256').update(apiKey).digest('base64');
    const known = (seenValid.get(fingerprint) ?? 0) > clock.monotonicMs();
    const underWay = lookUps.get(fingerprint);
    if (known || underWay) {
      const caller = await (known ? options.authenticate({ apiKey, address }) : underWay);
      if (caller) return caller;
      seenValid.delete(fingerprint);
      await perAddress.take(addressKey, request, response);
      return undefined;
    }
    await perAddress.take(addressKey, request, response);
    let caller: Caller | undefined;
    try {
      caller = await lookUpOnce(fingerprint, { apiKey, address });
    } catch (error) {
      await perAddress.giveBack(addressKey, response);
      throw error;
    }
    if (!caller) return undefined;
    remember(fingerprint);
    await perAddress.giveBack(addressKey, response);
    return caller;
  }

  return async (request, response) => {
    const apiKey = apiKeyOf(request.headers);
    // Only who holds a cookie that we signed costs a look-up.
    const person = apiKey === undefined ? await options.sessions?.callerOf(request, response) : undefined;
    if (person) {
      await perSession.take(person.sessionId, request, response);
      return person;
    }
    if (apiKey === undefined || apiKey.length > maxKeyLength) {
      await perAddress.take(ipKeyGenerator(request.ip ?? ''), request, response);
      return anonymous;
    }
    const caller = await callerOf(apiKey, request, response);
    if (!caller || !('keyId' in caller)) return anonymous;
    await perKey.take(caller.keyId, request, response);
    return caller;
  };
}
