import {
  BufferJSON,
  initAuthCreds,
  makeWASocket,
  proto,
  type AuthenticationCreds,
  type ConnectionState,
  type SignalDataTypeMap,
  type SignalKeyStore,
  type UserFacingSocketConfig,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { WebSocket } from 'ws';

// libsignal prints key material through the console.
console.info = () => undefined;
console.warn = () => undefined;
console.error = () => undefined;

/** What a client keeps on its disk. */
export interface StockAccount {
  creds: AuthenticationCreds;
  rows: Map<string, unknown>;
}

export interface StockUpdate {
  id: string;
  chat: string;
  status: number | null | undefined;
  parameters: readonly string[];
}

/** One life of an unmodified Baileys client, with everything it told. */
export interface StockClient {
  readonly sock: WASocket;
  readonly messages: readonly { readonly type: string; readonly message: WAMessage }[];
  readonly updates: readonly StockUpdate[];
  readonly qrCodes: readonly string[];
  /** The first code that it shows. */
  qr(): Promise<string>;
  opened(): Promise<void>;
  /** The reason code with which it closed. */
  closed(): Promise<number>;
  receives(text: string): Promise<WAMessage>;
  /** A message's status reached this number (2 acknowledged, 3 delivered, 4 read, 0 error). */
  reaches(id: string, status: number): Promise<StockUpdate>;
  acknowledged(id: string): Promise<Record<string, string>>;
  sends(to: string, text: string): Promise<string>;
  /** Waits until `look` gives something. */
  until<T>(look: () => T | undefined): Promise<T>;
  /** From now on nothing that it sends leaves the machine. */
  mute(): void;
  /** As kill -9 would: the connection is gone without a word. */
  die(): void;
  end(): Promise<void>;
}

const silentLogger = {
  level: 'silent',
  child: () => silentLogger,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** As Baileys' `useMultiFileAuthState`: on the disk the bytes of these keys are base64. */
function given(type: keyof SignalDataTypeMap, value: unknown): unknown {
  return type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value as object) : value;
}

function memoryKeys(rows: Map<string, unknown>): SignalKeyStore {
  return {
    async get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
      const found: Record<string, SignalDataTypeMap[T]> = {};
      for (const id of ids) {
        const value = rows.get(`${type} ${id}`);
        if (value !== undefined) found[id] = given(type, value) as SignalDataTypeMap[T];
      }
      return found;
    },
    async set(data) {
      for (const [type, values] of Object.entries(data)) {
        for (const [id, value] of Object.entries(values)) {
          if (value === null) rows.delete(`${type} ${id}`);
          else rows.set(`${type} ${id}`, value);
        }
      }
    },
  };
}

export function newStockAccount(): StockAccount {
  return { creds: initAuthCreds(), rows: new Map() };
}

/** What would be on the disk at this moment. */
export function storedText({ creds, rows }: StockAccount): string {
  return JSON.stringify({ creds, rows: [...rows] }, BufferJSON.replacer);
}

export function fromStoredText(text: string): StockAccount {
  const { creds, rows } = JSON.parse(text, BufferJSON.reviver) as {
    creds: AuthenticationCreds;
    rows: [string, unknown][];
  };
  return { creds, rows: new Map(rows) };
}

export function copyOf(account: StockAccount): StockAccount {
  return fromStoredText(storedText(account));
}

/** Text of a message, or undefined. */
export function textIn(message: WAMessage): string | undefined {
  return message.message?.conversation ?? message.message?.extendedTextMessage?.text ?? undefined;
}

function underlyingSocket(sock: WASocket): WebSocket {
  return (sock.ws as unknown as { socket: WebSocket }).socket;
}

export function connectStock(
  account: StockAccount,
  url: string,
  options: Partial<UserFacingSocketConfig> = {},
): StockClient {
  const messages: { type: string; message: WAMessage }[] = [];
  const updates: StockUpdate[] = [];
  const acks = new Map<string, Record<string, string>>();
  const sentMessages = new Map<string, WAMessage>();
  const qrCodes: string[] = [];
  let open = false;
  let closeCode: number | undefined;
  const watchers = new Set<() => void>();
  const changed = (): void => watchers.forEach((watcher) => watcher());

  const sock = makeWASocket({
    auth: { creds: account.creds, keys: memoryKeys(account.rows) },
    waWebSocketUrl: url,
    logger: silentLogger,
    syncFullHistory: false,
    getMessage: async ({ id }) => sentMessages.get(id ?? '')?.message ?? undefined,
    ...options,
  });
  sock.ev.on('connection.update', (update: Partial<ConnectionState>) => {
    if (update.qr) qrCodes.push(update.qr);
    if (update.connection === 'open') open = true;
    if (update.connection === 'close') {
      const error = update.lastDisconnect?.error as { output?: { statusCode?: number } } | undefined;
      closeCode = error?.output?.statusCode ?? 0;
      // Else what was received and confirmed last never becomes an event.
      sock.ev.flush();
    }
    changed();
  });
  sock.ev.on('creds.update', () => setImmediate(changed));
  sock.ev.on('messages.upsert', ({ messages: added, type }) => {
    for (const message of added) {
      messages.push({ type, message });
      // An early receipt is folded into the message itself.
      const { id, remoteJid } = message.key;
      const parameters = (message.messageStubParameters ?? []) as string[];
      updates.push({ id: id ?? '', chat: remoteJid ?? '', status: message.status, parameters });
    }
    changed();
  });
  sock.ev.on('messages.update', (changes) => {
    for (const { key, update } of changes) {
      const parameters = (update.messageStubParameters ?? []) as string[];
      updates.push({ id: key.id ?? '', chat: key.remoteJid ?? '', status: update.status, parameters });
    }
    changed();
  });
  sock.ws.on('CB:ack,class:message', (node: { attrs: Record<string, string> }) => {
    acks.set(node.attrs['id'] ?? '', node.attrs);
    changed();
  });

  function until<T>(look: () => T | undefined): Promise<T> {
    const seen = look();
    if (seen !== undefined) return Promise.resolve(seen);
    return new Promise((resolve) => {
      const watcher = (): void => {
        const found = look();
        if (found === undefined) return;
        watchers.delete(watcher);
        resolve(found);
      };
      watchers.add(watcher);
    });
  }

  return {
    sock,
    messages,
    updates,
    qrCodes,
    until,
    qr: () => until(() => qrCodes[0]),
    async opened() {
      await until(() => (open ? true : undefined));
    },
    closed: () => until(() => closeCode),
    receives: (text) => until(() => messages.find(({ message }) => textIn(message) === text)?.message),
    reaches: (id, status) =>
      until(() =>
        updates.find(
          (update) => update.id === id && (status === 0 ? update.status === 0 : (update.status ?? 0) >= status),
        ),
      ),
    acknowledged: (id) => until(() => acks.get(id)),
    async sends(to, text) {
      const sent = await sock.sendMessage(to, { text });
      if (sent?.key.id) sentMessages.set(sent.key.id, sent);
      return sent?.key.id ?? '';
    },
    mute() {
      const swallow = (...args: readonly unknown[]): void => {
        const sent = args.find((arg): arg is () => void => typeof arg === 'function');
        sent?.();
      };
      underlyingSocket(sock).send = swallow;
    },
    die: () => underlyingSocket(sock).terminate(),
    async end() {
      if (closeCode === undefined) await sock.end(undefined);
    },
  };
}
