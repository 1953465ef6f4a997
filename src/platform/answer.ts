import type { Response } from 'express';
import { isUnchanged } from './etag.ts';
import type { Answer, SuccessStatus } from './route.ts';

/** Sends the success envelope; 304 when the caller already has what the ETag names. */
export function sendAnswer(response: Response, answer: Answer<unknown>, defaultStatus: SuccessStatus = 200): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (answer.etag !== undefined) {
    response.setHeader('ETag', answer.etag);
    const reads = response.req.method === 'GET' || response.req.method === 'HEAD';
    if (reads && isUnchanged(response.req.get('if-none-match'), answer.etag)) {
      response.status(304).end();
      return;
    }
  }
  response.status(answer.status ?? defaultStatus).json({
    success: true,
    data: answer.data ?? null,
    ...(answer.nextCursor === undefined ? {} : { nextCursor: answer.nextCursor }),
  });
}
