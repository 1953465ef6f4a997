import { Pool } from 'undici';

export interface Post {
  path: string;
  headers: Record<string, string>;
  body: object;
}

/** Callers who each send their next post when the last was answered. Throws what is not answered with 202. */
export async function postAll(address: string, callers: number, posts: Iterable<Post>): Promise<number[]> {
  const pool = new Pool(address, { connections: callers });
  const samplesMs: number[] = [];
  const waiting = posts[Symbol.iterator]();
  async function call(): Promise<void> {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      const { path, headers, body } = next.value;
      const atMs = performance.now();
      const { statusCode, body: answer } = await pool.request({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      if (statusCode !== 202) throw new Error(`${path}: ${statusCode} ${text}`);
      samplesMs.push(performance.now() - atMs);
    }
  }
  try {
    await Promise.all(Array.from({ length: callers }, call));
  } finally {
    await pool.close();
  }
  return samplesMs;
}
