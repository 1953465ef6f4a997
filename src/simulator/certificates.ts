import { proto } from '@whiskeysockets/baileys';
import { keyPairFromSeed, sign, type KeyPair } from './keys.ts';

export interface Certificates {
  /** 32-byte public key of the root. */
  readonly root: Buffer;
  readonly serverStatic: KeyPair;
  /** Encoded `CertChain`, both signatures strictly valid. */
  readonly chain: Uint8Array;
}

const Details = proto.CertChain.NoiseCertificate.Details;
const notBefore = Date.UTC(2020, 0, 1) / 1000;
const notAfter = Date.UTC(2100, 0, 1) / 1000;

/**
 * The root signs an intermediate (serial 1, issuer 0), the intermediate signs the leaf, whose key is the server's
 * static one: what `processHandshake` in Baileys' noise-handler.js checks.
 */
export function createCertificates(seed: Uint8Array): Certificates {
  const root = keyPairFromSeed(seed, 'noise root');
  const intermediate = keyPairFromSeed(seed, 'noise intermediate');
  const serverStatic = keyPairFromSeed(seed, 'noise server');
  const intermediateDetails = Details.encode({
    serial: 1,
    issuerSerial: 0,
    key: intermediate.public,
    notBefore,
    notAfter,
  }).finish();
  const leafDetails = Details.encode({
    serial: 2,
    issuerSerial: 1,
    key: serverStatic.public,
    notBefore,
    notAfter,
  }).finish();
  const chain = proto.CertChain.encode({
    intermediate: { details: intermediateDetails, signature: sign(root.private, intermediateDetails) },
    leaf: { details: leafDetails, signature: sign(intermediate.private, leafDetails) },
  }).finish();
  return { root: root.public, serverStatic, chain };
}
