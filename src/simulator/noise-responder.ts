import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { hkdf, proto } from '@whiskeysockets/baileys';
import type { Certificates } from './certificates.ts';
import { agree, newKeyPair } from './keys.ts';

/** `WA`, protocol 6, dictionary 3: it is part of the handshake's hash. */
export const noisePrologue = Buffer.from([87, 65, 6, 3]);
const protocolName = Buffer.from('Noise_XX_25519_AESGCM_SHA256\0\0\0\0');
const tagLength = 16;

/** Both directions after the handshake; each frame has the next counter, so order is all. */
export interface Transport {
  encrypt(plaintext: Uint8Array): Buffer;
  decrypt(ciphertext: Uint8Array): Buffer;
}

export interface NoiseResponder {
  /** Takes the client's hello, gives the server's. Throws when it is none. */
  answerHello(frame: Uint8Array): Uint8Array;
  /** Takes the client's finish. Throws when it does not decrypt. */
  finish(frame: Uint8Array): { clientKey: Buffer; payload: proto.ClientPayload; transport: Transport };
}

function counterNonce(counter: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(counter, 8);
  return nonce;
}

function seal(key: Uint8Array, counter: number, data: Uint8Array, extra: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, counterNonce(counter)).setAAD(extra);
  return Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
}

function unseal(key: Uint8Array, counter: number, data: Uint8Array, extra: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, counterNonce(counter)).setAAD(extra);
  decipher.setAuthTag(data.subarray(data.length - tagLength));
  return Buffer.concat([decipher.update(data.subarray(0, data.length - tagLength)), decipher.final()]);
}

const nothing = Buffer.alloc(0);

function createTransport(sendKey: Uint8Array, receiveKey: Uint8Array): Transport {
  let sent = 0;
  let received = 0;
  return {
    encrypt: (plaintext) => seal(sendKey, sent++, plaintext, nothing),
    decrypt: (ciphertext) => unseal(receiveKey, received++, ciphertext, nothing),
  };
}

/** The hash, salt and key of Noise XX while it is being negotiated. */
function createSymmetricState() {
  let hash: Buffer = protocolName;
  let salt: Buffer = protocolName;
  let key: Buffer = protocolName;
  let counter = 0;

  function authenticate(data: Uint8Array): void {
    hash = createHash('sha256').update(hash).update(data).digest();
  }
  function expand(input: Uint8Array): [Buffer, Buffer] {
    const bytes = Buffer.from(hkdf(input, 64, { salt, info: '' }));
    return [bytes.subarray(0, 32), bytes.subarray(32)];
  }
  return {
    authenticate,
    expand,
    mix(secret: Uint8Array): void {
      [salt, key] = expand(secret);
      counter = 0;
    },
    seal(data: Uint8Array): Buffer {
      const sealed = seal(key, counter++, data, hash);
      authenticate(sealed);
      return sealed;
    },
    unseal(data: Uint8Array): Buffer {
      const opened = unseal(key, counter++, data, hash);
      authenticate(data);
      return opened;
    },
  };
}

/** Responder of Noise XX, mirror image of Baileys' noise-handler.js. One for each line. */
export function createNoiseResponder(certificates: Certificates): NoiseResponder {
  const ephemeral = newKeyPair();
  const state = createSymmetricState();
  state.authenticate(noisePrologue);

  return {
    answerHello(frame) {
      const clientEphemeral = proto.HandshakeMessage.decode(frame).clientHello?.ephemeral;
      if (!clientEphemeral) throw new Error('The first frame is no client hello');
      state.authenticate(clientEphemeral);
      state.authenticate(ephemeral.public);
      state.mix(agree(ephemeral.private, clientEphemeral));
      const sealedStatic = state.seal(certificates.serverStatic.public);
      state.mix(agree(certificates.serverStatic.private, clientEphemeral));
      const payload = state.seal(certificates.chain);
      return proto.HandshakeMessage.encode({
        serverHello: { ephemeral: ephemeral.public, static: sealedStatic, payload },
      }).finish();
    },

    finish(frame) {
      const message = proto.HandshakeMessage.decode(frame).clientFinish;
      if (!message?.static || !message.payload) throw new Error('The second frame is no client finish');
      const clientKey = state.unseal(message.static);
      state.mix(agree(ephemeral.private, clientKey));
      const payload = proto.ClientPayload.decode(state.unseal(message.payload));
      const [clientSends, serverSends] = state.expand(nothing);
      return { clientKey, payload, transport: createTransport(serverSends, clientSends) };
    },
  };
}
