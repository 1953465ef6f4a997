import { createECDH, createPrivateKey, hkdfSync, webcrypto } from 'node:crypto';

/** What the media host shows to its callers, as PEM. */
export interface MediaCertificates {
  readonly certificate: string;
  readonly key: string;
  /** Who trusts this trusts the host, also one that was started again from the same seed. */
  readonly ca: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
const notBefore = new Date(Date.UTC(2020, 0, 1));
const notAfter = new Date(Date.UTC(2100, 0, 1));

async function keysFrom(seed: Uint8Array, purpose: string) {
  const d = Buffer.from(hkdfSync('sha256', seed, Buffer.alloc(32), purpose, 32));
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const secret = { ...jwk, d: d.toString('base64url') };
  return {
    publicKey: await webcrypto.subtle.importKey('jwk', jwk, algorithm, true, ['verify']),
    privateKey: await webcrypto.subtle.importKey('jwk', secret, algorithm, true, ['sign']),
    pem: createPrivateKey({ key: secret, format: 'jwk' }).export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

/** An authority and a certificate for 127.0.0.1, with keys that follow from the seed. */
export async function createMediaCertificates(seed: Uint8Array): Promise<MediaCertificates> {
  // The issuer, which is loaded when a network starts, needs the polyfill before it.
  await import('reflect-metadata');
  const { x509 } = await import('./x509.ts');
  const authority = await keysFrom(seed, 'media ca');
  const host = await keysFrom(seed, 'media host');
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Simulated media authority',
    notBefore,
    notAfter,
    keys: authority,
    signingAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      // The library takes flags as a sum.
      new x509.KeyUsagesExtension(keyCertSign + cRLSign, true),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=127.0.0.1',
    issuer: ca.subject,
    notBefore,
    notAfter,
    publicKey: host.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
    ],
  });
  return { certificate: certificate.toString('pem'), key: host.pem, ca: ca.toString('pem') };
}
