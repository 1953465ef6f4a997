import type { Control, Counters, Fault, Login, VirtualGroup, VirtualPhone } from '../../src/simulator/control.ts';

type Asynchronous<Target> = {
  readonly [Method in keyof Target]: Target[Method] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : Target[Method];
};

export interface PhoneAddresses {
  readonly number: string;
  readonly jid: string;
  readonly lid: string;
}

/** `VirtualPhone` in another process: every method gives a promise; jid and lid come from `describe`. */
export interface RemotePhone extends Asynchronous<Omit<VirtualPhone, 'jid' | 'lid'>> {
  describe(): Promise<PhoneAddresses>;
}

/** `Control` in another process: every method but `phone` gives a promise. */
export interface RemoteControl {
  phone(number: string): RemotePhone;
  phones(): Promise<readonly PhoneAddresses[]>;
  nextFreeNumber(): Promise<string>;
  createGroup(...args: Parameters<Control['createGroup']>): Promise<VirtualGroup>;
  fault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  logins(number?: string): Promise<readonly Login[]>;
  nextStanza(signal?: AbortSignal): Promise<string>;
  counters(): Promise<Counters>;
  stanzaTimes(...args: Parameters<Control['stanzaTimes']>): Promise<ReturnType<Control['stanzaTimes']>>;
  flood(...args: Parameters<Control['flood']>): Promise<Awaited<ReturnType<Control['flood']>>>;
}

type CountName = 'stanzasById' | 'acksById' | 'openSockets' | 'mostSockets';
type PlainCounters = Omit<Counters, CountName> & Readonly<Record<CountName, Record<string, number>>>;

/** Rejects with the server's sentence, or with the signal's reason. */
async function call<Result>(url: string, args: readonly unknown[], signal?: AbortSignal): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(args),
    ...(signal ? { signal } : {}),
  });
  const body = (await response.json()) as { result: Result; error?: string };
  if (!response.ok) throw new Error(body.error ?? `HTTP ${response.status}`);
  return body.result;
}

/** `url` is what the simulator's own process prints as `control`. */
export function createControlClient(url: string): RemoteControl {
  function phone(number: string): RemotePhone {
    const at = (method: string): string => `${url}/phones/${number}/${method}`;
    return {
      number,
      describe: () => call(at('describe'), []),
      scan: (qr, signal) => call(at('scan'), [qr], signal),
      enterCode: (code, signal) => call(at('enterCode'), [code], signal),
      send: (message) => call(at('send'), [message]),
      messages: () => call(at('messages'), []),
      receives: (text, options = {}) => call(at('receives'), [text, { from: options.from }], options.signal),
      read: (chat) => call(at('read'), [chat]),
      loseNetwork: () => call(at('loseNetwork'), []),
      regainNetwork: () => call(at('regainNetwork'), []),
      isAway: () => call(at('isAway'), []),
      devices: () => call(at('devices'), []),
      unacknowledged: () => call(at('unacknowledged'), []),
      inventPast: (past) => call(at('inventPast'), [past]),
      logOut: (deviceJid) => call(at('logOut'), [deviceJid]),
      remove: () => call(at('remove'), []),
    };
  }
  const at = (method: string): string => `${url}/network/${method}`;
  return {
    phone,
    phones: () => call(at('phones'), []),
    nextFreeNumber: () => call(at('nextFreeNumber'), []),
    createGroup: (...args) => call(at('createGroup'), args),
    fault: (fault) => call(at('fault'), [fault]),
    clearFaults: () => call(at('clearFaults'), []),
    async counters() {
      const plain = await call<PlainCounters>(at('counters'), []);
      return {
        ...plain,
        stanzasById: new Map(Object.entries(plain.stanzasById)),
        acksById: new Map(Object.entries(plain.acksById)),
        openSockets: new Map(Object.entries(plain.openSockets)),
        mostSockets: new Map(Object.entries(plain.mostSockets)),
      };
    },
    stanzaTimes: (...args) => call(at('stanzaTimes'), args),
    logins: (number) => call(at('logins'), [number]),
    nextStanza: (signal) => call(at('nextStanza'), [], signal),
    flood: (...args) => call(at('flood'), args),
  };
}
