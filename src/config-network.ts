import { readFileSync } from 'node:fs';
import { parseUrl, type Reader, shown } from './environment-reader.ts';

/** A host as `URL.hostname` writes it, which may be reached although it is private; on all ports where none is given. */
export interface AllowedHost {
  readonly host: string;
  readonly port: number | undefined;
}

/** How accounts of kind whatsapp reach their network; undefined where it is WhatsApp's own. */
export interface WhatsAppConfig {
  readonly strictNoise: boolean;
  readonly webSocketUrl: string | undefined;
  /** 64 lower-case digits: the 32 bytes that replace WhatsApp's root key. */
  readonly noiseRootHex: string | undefined;
  /** PEM of the roots that its file servers' certificates lead to. */
  readonly mediaCa: string | undefined;
}

export function readCertificate(reader: Reader, name: 'DATABASE_CA' | 'WHATSAPP_MEDIA_CA'): string | undefined {
  const value = reader.text(name);
  if (value === undefined) return undefined;
  const pem = value.includes('-----BEGIN') ? value.replaceAll('\\n', '\n') : readText(value);
  if (pem?.includes('-----BEGIN CERTIFICATE-----')) return pem;
  reader.mistakes.push(`${name} takes a certificate as PEM text, or the path of a readable file that holds it.`);
  return undefined;
}

export function readOrigins(reader: Reader): readonly string[] {
  const origins = (reader.text('CORS_ORIGINS') ?? '').split(/[\s,]+/).filter((origin) => origin !== '');
  for (const origin of origins) {
    const url = parseUrl(origin);
    if (url && /^https?:$/.test(url.protocol) && url.origin === origin) continue;
    reader.mistakes.push(`CORS_ORIGINS takes origins such as https://shop.example, by commas${shown(origin)}.`);
  }
  return origins;
}

export function readAllowedHosts(reader: Reader): readonly AllowedHost[] {
  const entries = (reader.text('OUTBOUND_ALLOW_HOSTS') ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.flatMap((entry) => {
    const [, name = '', digits] = /^(\[[\da-f:.]+\]|[\w.\-\u0080-\uffff]+)(?::(\d{1,5}))?$/i.exec(entry) ?? [];
    const port = digits === undefined ? undefined : Number(digits);
    // As the URL of a request is read, so that 0x7f.1 is 127.0.0.1 in both.
    const host = parseUrl(`http://${name}`)?.hostname;
    if (host !== undefined && (port === undefined || (port >= 1 && port <= 65_535))) return [{ host, port }];
    reader.mistakes.push(
      `OUTBOUND_ALLOW_HOSTS takes hosts such as n8n:5678, localhost or [::1]:8080, by commas${shown(entry)}.`,
    );
    return [];
  });
}

export function readWhatsApp(reader: Reader, production: boolean): WhatsAppConfig {
  const allowed = reader.flag('ALLOW_CUSTOM_WHATSAPP');
  for (const name of ['WHATSAPP_WEB_SOCKET_URL', 'WHATSAPP_NOISE_ROOT', 'WHATSAPP_MEDIA_CA'] as const) {
    if (production && !allowed && reader.text(name) !== undefined) {
      reader.mistakes.push(`${name} is refused in production unless ALLOW_CUSTOM_WHATSAPP=true.`);
    }
  }
  const webSocketUrl = reader.matching('WHATSAPP_WEB_SOCKET_URL', /^wss?:\/\/./, 'an address ws://… or wss://…');
  if (webSocketUrl !== undefined && !parseUrl(webSocketUrl)) {
    reader.mistakes.push('WHATSAPP_WEB_SOCKET_URL takes an address ws://… or wss://….');
  }
  return {
    strictNoise: reader.flag('WHATSAPP_STRICT_NOISE'),
    webSocketUrl,
    noiseRootHex: reader.matching('WHATSAPP_NOISE_ROOT', /^[0-9a-f]{64}$/i, '64 hexadecimal digits')?.toLowerCase(),
    mediaCa: readCertificate(reader, 'WHATSAPP_MEDIA_CA'),
  };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
