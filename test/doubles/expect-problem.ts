import { expect } from 'vitest';
import type { Reply } from './http-server.ts';

/** Every member that a problem must have. */
export function expectProblem(reply: Reply, status: number, code: string): void {
  expect({ status: reply.status, code: reply.json['code'] }).toEqual({ status, code });
  expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(reply.json).toMatchObject({
    success: false,
    type: `http://localhost:3000/errors#${code}`,
    status,
    requestId: reply.headers.get('x-request-id'),
  });
  expect(typeof reply.json['detail']).toBe('string');
}
