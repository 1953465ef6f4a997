import { Agent as HttpsAgent } from 'node:https';
import { downloadMediaMessage, type WAMessage } from '@whiskeysockets/baileys';
import { Agent } from 'undici';

/** Lets a client upload to, and download from, the media host for which this authority vouches. */
export function trustMedia(ca: string): { fetchAgent: HttpsAgent; options: RequestInit } {
  // Downloads go through the global fetch, which takes undici's dispatchers though the types of the platform know none.
  const options = { dispatcher: new Agent({ connect: { ca } }) } as unknown as RequestInit;
  return { fetchAgent: new HttpsAgent({ ca }), options };
}

export async function downloadWith(ca: string, message: WAMessage): Promise<Buffer> {
  return downloadMediaMessage(message, 'buffer', { options: trustMedia(ca).options });
}
