/** What the sandbox needs of the network behind it. The composition root gives the simulator. */
export interface SandboxNetwork {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** `ws://127.0.0.1:PORT/ws/chat`, once started. */
  readonly url: string;
  /** 32-byte public key that signs the network's Noise certificates. */
  readonly noiseRoot: Uint8Array;
  readonly control: NetworkControl;
}

export interface NetworkControl {
  phone(number: string): VirtualPhone;
  phones(): readonly VirtualPhone[];
  nextFreeNumber(): string;
  fault(fault: NetworkFault): Promise<void>;
}

export type NetworkFault =
  | { kind: 'drop-line' | 'device-removed' | 'replaced'; number: string }
  | { kind: 'stream-error'; number: string; code: number };

/** Numbers are digits only and start with 999. */
export interface VirtualPhone {
  readonly number: string;
  readonly jid: string;
  scan(code: string, signal?: AbortSignal): Promise<unknown>;
  send(message: { to: string; text: string }): Promise<{ id: string }>;
  messages(): readonly PhoneMessage[];
  remove(): Promise<void>;
}

export interface PhoneMessage {
  id: string;
  chat: string;
  fromMe: boolean;
  text: string;
  at: string;
  status: 'pending' | 'sent' | 'delivered' | 'read' | 'received';
}

export interface NetworkState {
  key: string;
  value: Uint8Array | null;
}

export interface StateStore {
  load(): Promise<readonly { key: string; value: Uint8Array }[]>;
  write(changes: readonly NetworkState[]): Promise<void>;
}
