import { Readable } from 'node:stream';
import type {
  Control,
  Counters,
  Login,
  VirtualGroup,
  VirtualNewsletter,
  VirtualPhone,
} from '../../src/simulator/control.ts';
import type { Fault } from '../../src/simulator/fault.ts';
import type { OutgoingContent } from '../../src/simulator/phone-message.ts';

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
  group(jid: string): Promise<VirtualGroup | null>;
  createNewsletter(...args: Parameters<Control['createNewsletter']>): Promise<VirtualNewsletter>;
  newsletter(jid: string): Promise<VirtualNewsletter | null>;
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

async function post(url: string, type: string, body: NonNullable<RequestInit['body']>, signal?: AbortSignal) {
  const request = { method: 'POST', headers: { 'content-type': type }, body, ...(signal ? { signal } : {}) };
  // Needed for a body that is a stream, and unknown to the types.
  const response = await fetch(url, Object.assign(request, { duplex: 'half' }));
  if (response.ok) return response;
  const { error } = (await response.json()) as { error?: string };
  throw new Error(error ?? `HTTP ${response.status}`);
}

async function resultOf<Result>(response: Response): Promise<Result> {
  return ((await response.json()) as { result: Result }).result;
}

/** Rejects with the server's sentence, or with the signal's reason. */
async function call<Result>(url: string, args: readonly unknown[], signal?: AbortSignal): Promise<Result> {
  return resultOf(await post(url, 'application/json', JSON.stringify(args), signal));
}

/** With the file of the content, where it has one, as the body; `args` gives the arguments around the rest. */
async function callWithFile<Result>(
  url: string,
  content: OutgoingContent,
  args: (content: unknown) => readonly unknown[],
): Promise<Result> {
  if (!('media' in content)) return call(url, args(content));
  const { bytes, thumbnail, ...media } = content.media;
  const small = thumbnail ? { thumbnail: Buffer.from(thumbnail).toString('base64') } : {};
  const query = new URLSearchParams({ arguments: JSON.stringify(args({ ...content, media: { ...media, ...small } })) });
  const body = Readable.toWeb(bytes instanceof Uint8Array ? Readable.from([bytes]) : Readable.from(bytes));
  return resultOf(await post(`${url}?${query}`, 'application/octet-stream', body as ReadableStream));
}

async function* fileOf(response: Response): AsyncGenerator<Uint8Array> {
  for await (const chunk of response.body ?? []) yield chunk;
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
      send: (message) => callWithFile(at('send'), message, (content) => [content]),
      react: (...args) => call(at('react'), args),
      edit: (...args) => call(at('edit'), args),
      delete: (...args) => call(at('delete'), args),
      vote: (...args) => call(at('vote'), args),
      media: async (id) => fileOf(await post(at('media'), 'application/json', JSON.stringify([id]))),
      forgetMedia: (...args) => call(at('forgetMedia'), args),
      play: (...args) => call(at('play'), args),
      introduce: (...args) => call(at('introduce'), args),
      saveContact: (...args) => call(at('saveContact'), args),
      changeChat: (...args) => call(at('changeChat'), args),
      present: (...args) => call(at('present'), args),
      compose: (...args) => call(at('compose'), args),
      presenceOf: (...args) => call(at('presenceOf'), args),
      sees: (person, what, options = {}) => call(at('sees'), [person, what, { group: options.group }], options.signal),
      call: (...args) => call(at('call'), args),
      hangUp: (...args) => call(at('hangUp'), args),
      calls: () => call(at('calls'), []),
      callEnds: (id, signal) => call(at('callEnds'), [id], signal),
      updateGroup: (...args) => call(at('updateGroup'), args),
      follow: (...args) => call(at('follow'), args),
      unfollow: (...args) => call(at('unfollow'), args),
      post: (jid, content) => callWithFile(at('post'), content, (rest) => [jid, rest]),
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
    group: (jid) => call(at('group'), [jid]),
    createNewsletter: (...args) => call(at('createNewsletter'), args),
    newsletter: (jid) => call(at('newsletter'), [jid]),
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
