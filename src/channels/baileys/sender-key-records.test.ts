import { BufferJSON } from '@whiskeysockets/baileys';
import {
  GroupCipher,
  GroupSessionBuilder,
  SenderKeyDistributionMessage,
  SenderKeyName,
  SenderKeyRecord,
} from '@whiskeysockets/baileys/lib/Signal/Group/index.js';
import { expect, test } from 'vitest';
import { readable } from './sender-key-records.ts';

type Keep = (value: Buffer) => Uint8Array;
const stock: Keep = (value) => value;

const name = new SenderKeyName('1@g.us', { id: '9990000000001', deviceId: 0, toString: () => '9990000000001.0' });

interface Member {
  readonly cipher: GroupCipher;
  readonly builder: GroupSessionBuilder;
  stored(): Uint8Array;
}

/** Loads and stores as Baileys' signal storage does. */
function member(keep: Keep): Member {
  let value: Uint8Array | undefined;
  const store = {
    loadSenderKey: async () => (value ? SenderKeyRecord.deserialize(value) : new SenderKeyRecord()),
    storeSenderKey: async (_name: SenderKeyName, record: SenderKeyRecord) => {
      value = keep(Buffer.from(JSON.stringify(record.serialize()), 'utf-8'));
    },
  };
  return {
    cipher: new GroupCipher(store, name),
    builder: new GroupSessionBuilder(store),
    stored: () => value ?? new Uint8Array(),
  };
}

/** A writer, and readers that have its key. */
async function group(writer: Member, readers: readonly Member[]): Promise<void> {
  const distribution = (await writer.builder.create(name)).serialize();
  for (const { builder } of readers) {
    await builder.process(name, new SenderKeyDistributionMessage(null, null, null, null, distribution));
  }
}

async function read({ cipher }: Member, message: Uint8Array): Promise<string> {
  return Buffer.from(await cipher.decrypt(message)).toString();
}

async function write({ cipher }: Member, count: number): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) messages.push(await cipher.encrypt(Buffer.from(`message ${index}`)));
  return messages;
}

function keysIn(member: Member): number {
  const states = JSON.parse(Buffer.from(member.stored()).toString()) as { senderMessageKeys: unknown[] }[];
  return states.reduce((sum, { senderMessageKeys }) => sum + senderMessageKeys.length, 0);
}

test('messages that come late are read after the record was stored; as Baileys stores it they are not', async () => {
  const [writer, plain, reader] = [member(readable), member(stock), member(readable)];
  await group(writer, [plain, reader]);
  const messages = await write(writer, 6);
  const order = [3, 1, 5, 0, 2, 4];
  for (const [turn, index] of order.entries()) {
    const message = messages[index] ?? new Uint8Array();
    expect(await read(reader, message)).toBe(`message ${index}`);
    await expect(read(reader, message)).rejects.toThrow('old counter');
    if (turn === 0 || index === 5) expect(await read(plain, message)).toBe(`message ${index}`);
    else await expect(read(plain, message)).rejects.toThrow();
  }
});

test('what is read in order is read from both forms, and a reader can change over', async () => {
  const [writer, reader] = [member(stock), member(stock)];
  await group(writer, [reader]);
  const messages = await write(writer, 4);
  expect(await read(reader, messages[2] ?? new Uint8Array())).toBe('message 2');
  let value: Uint8Array = readable(Buffer.from(reader.stored()));
  const store = {
    loadSenderKey: async () => SenderKeyRecord.deserialize(value),
    storeSenderKey: async (_name: SenderKeyName, record: SenderKeyRecord) => {
      value = readable(Buffer.from(JSON.stringify(record.serialize())));
    },
  };
  const changed = { ...reader, cipher: new GroupCipher(store, name) };
  for (const index of [0, 3, 1])
    expect(await read(changed, messages[index] ?? new Uint8Array())).toBe(`message ${index}`);
});

test('one’s own record keeps its size; as Baileys stores it each message leaves a dead key', async () => {
  const [plain, own, reader] = [member(stock), member(readable), member(readable)];
  await group(plain, []);
  await group(own, [reader]);
  await write(plain, 30);
  const messages = await write(own, 30);
  expect([keysIn(plain), keysIn(own)]).toEqual([29, 0]);
  const size = own.stored().length;
  messages.push(...(await write(own, 10)));
  expect(own.stored().length).toBe(size);
  for (const [index, message] of messages.entries()) expect(await read(reader, message)).toBe(`message ${index % 30}`);
});

test('a reader of several keys of one sender keeps the late keys of each', async () => {
  const [first, second, reader] = [member(readable), member(readable), member(readable)];
  await group(first, [reader]);
  await group(second, [reader]);
  const [old, fresh] = [await write(first, 3), await write(second, 3)];
  for (const index of [2, 0, 1]) {
    for (const messages of [old, fresh]) {
      expect(await read(reader, messages[index] ?? new Uint8Array())).toBe(`message ${index}`);
    }
  }
});

test('bytes are the same in all the forms that JSON gives them', () => {
  const bytes = Buffer.from([5, 0, 255, 128]);
  const forms = [
    bytes.toJSON(),
    { type: 'Buffer', data: bytes.toString('base64') },
    Object.fromEntries(bytes.entries()),
    new Uint8Array(bytes),
  ];
  for (const form of forms) {
    const state = (own: unknown): object => ({
      senderKeyId: 7,
      senderChainKey: { iteration: 2, seed: form },
      senderSigningKey: { public: form, private: own },
      senderMessageKeys: [{ iteration: 1, seed: form }],
    });
    const absent = [Buffer.alloc(0).toJSON(), new Uint8Array(), { type: 'Buffer', data: '' }, undefined];
    for (const own of absent) {
      const [result] = revived(readable(Buffer.from(JSON.stringify([state(own)]))));
      expect(result).toMatchObject({ senderKeyId: 7, senderChainKey: { iteration: 2, seed: bytes } });
      expect(result).toMatchObject({ senderSigningKey: { public: bytes }, senderMessageKeys: [{ seed: bytes }] });
    }
    const [own] = revived(readable(Buffer.from(JSON.stringify([state(form)]))));
    expect(own).toMatchObject({ senderSigningKey: { private: bytes }, senderMessageKeys: [] });
  }
});

function revived(value: Buffer): unknown[] {
  return JSON.parse(value.toString(), BufferJSON.reviver) as unknown[];
}

test('what is already readable stays as it is', async () => {
  const [writer, reader] = [member(readable), member(readable)];
  await group(writer, [reader]);
  const messages = await write(writer, 3);
  await read(reader, messages[2] ?? new Uint8Array());
  for (const each of [writer, reader]) expect(readable(Buffer.from(each.stored()))).toEqual(each.stored());
});
