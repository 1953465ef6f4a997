import { Agent, request } from 'node:http';

export interface RawRequest {
  method: string;
  /** Sent as it is: no segment is resolved, nothing is encoded. */
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}

export interface RawReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface RawClient {
  send(request: RawRequest): Promise<RawReply>;
  close(): void;
}

/** Sends requests that `fetch` would correct or refuse. Rejects when the connection ends without an answer. */
export function createRawClient(address: string, maxSockets = 8): RawClient {
  const agent = new Agent({ keepAlive: true, maxSockets });
  const { hostname, port } = new URL(address);
  return {
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const sent = request({ agent, hostname, port, method, path, headers }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.once('error', reject);
          response.once('end', () => {
            const { statusCode = 0, headers } = response;
            resolve({ status: statusCode, headers, text: Buffer.concat(parts).toString('utf8') });
          });
        });
        sent.once('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}
