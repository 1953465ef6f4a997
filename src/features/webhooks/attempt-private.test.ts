import { expect, test } from 'vitest';
import { namesOfTests, privateHosts } from '../../../test/doubles/private-hosts.ts';
import { recordDials } from '../../../test/doubles/target-server.ts';
import { systemClock } from '../../platform/clock.ts';
import { createOutboundHttp } from '../../platform/outbound-http.ts';
import { attempt } from './attempt.ts';
import { newWebhookSecret } from './signature.ts';

const wire = recordDials();
const http = createOutboundHttp({
  allowedHosts: [],
  userAgent: 'test',
  clock: systemClock,
  dial: wire.dial,
  resolve: async (name) => namesOfTests[name] ?? [],
});

test.each(privateHosts)('an attempt at %s connects to nothing, and its error says what allows it', async (host) => {
  const { outcome, answer } = await attempt(
    {
      url: `https://${host}/hook`,
      headers: {},
      secrets: [newWebhookSecret()],
      eventId: 'evt_1',
      event: 'messages.received',
      number: 1,
      body: '{}',
      timeoutSeconds: 15,
    },
    { http, clock: systemClock },
    new AbortController().signal,
  );
  const error = expect.stringContaining('add it to OUTBOUND_ALLOW_HOSTS') as string;
  expect([outcome, answer]).toEqual([{ kind: 'unanswered', error }, '']);
  expect(wire.dialled).toEqual([]);
});
