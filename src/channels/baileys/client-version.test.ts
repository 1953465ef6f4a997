import { afterEach, beforeEach, expect, test } from 'vitest';
import { publicInternet } from '../../../test/doubles/public-internet.ts';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { startTlsTarget, type TargetServer } from '../../../test/doubles/target-server.ts';
import { systemClock } from '../../platform/clock.ts';
import { createVersionLookup } from './client-version.ts';

let script: string;
let asked: (string | undefined)[];
let whatsapp: TargetServer & { authority: string };
const internet = publicInternet(() => whatsapp);

beforeEach(async () => {
  asked = [];
  whatsapp = await startTlsTarget((request, response) => {
    asked.push(`${request.headers.host}${request.url}`);
    response.end(script);
  }, 'web.whatsapp.com');
});
afterEach(() => whatsapp.stop());

function lookUp() {
  const log = createRecordingLog();
  const outbound = internet.client({ certificateAuthorities: whatsapp.authority });
  return { log, ask: createVersionLookup({ outbound, clock: systemClock, log }) };
}

test('the version stands in the service worker of WhatsApp Web, and is asked for once a day', async () => {
  script = String.raw`self.data = "{\"client_revision\":1023456789,\"x\":1}"`;
  const { ask } = lookUp();
  expect(await ask()).toEqual([2, 3000, 1_023_456_789]);
  expect(await ask()).toEqual([2, 3000, 1_023_456_789]);
  expect(asked).toEqual(['web.whatsapp.com/sw.js']);
});

test('a script that names none gives none, and is asked again', async () => {
  script = 'self.data = {}';
  const { ask } = lookUp();
  expect([await ask(), await ask()]).toEqual([undefined, undefined]);
  expect(asked).toHaveLength(2);
});

test('without an answer there is none, and the log says why', async () => {
  const { ask, log } = lookUp();
  await whatsapp.stop();
  expect(await ask()).toBeUndefined();
  expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  whatsapp = await startTlsTarget((_request, response) => response.end(), 'web.whatsapp.com');
});
