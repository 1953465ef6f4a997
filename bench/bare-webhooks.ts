// The least that delivers: a loop that posts the same bytes to the same receiver, over connections that it keeps.
import { Agent, request } from 'node:http';
import { systemClock } from '../src/platform/clock.ts';
import { monotonicMs } from './clock.ts';
import { type Pace, paced } from './paced.ts';

export interface BareWebhooksParameters {
  url: string;
  body: string;
  /** At a pace, for latencies. */
  pace: Pace;
  /** As fast as they are answered, so many under way. */
  flood: { count: number; atOnce: number };
}

export interface BareWebhooks {
  /** When each post of the pace began; the receiver finds its number in `x-number`. */
  startedMs: number[];
  perSecond: number;
  /** Of the processor, each. */
  cpuMs: number;
}

const { url, body, pace, flood } = JSON.parse(process.argv[2] ?? '{}') as BareWebhooksParameters;
const agent = new Agent({ keepAlive: true, maxSockets: flood.atOnce });

function post(number: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-number': number,
    };
    const sent = request(url, { agent, method: 'POST', headers }, (response) => response.resume().once('end', resolve));
    sent.once('error', reject);
    sent.end(body);
  });
}

async function flooded(): Promise<Pick<BareWebhooks, 'perSecond' | 'cpuMs'>> {
  let left = flood.count;
  const cpuBefore = process.cpuUsage();
  const beganMs = monotonicMs();
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await post('flood');
    }
  };
  await Promise.all(Array.from({ length: flood.atOnce }, one));
  const perSecond = (flood.count * 1_000) / (monotonicMs() - beganMs);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond, cpuMs: (user + system) / 1_000 / flood.count };
}

// Until the code is compiled.
await flooded();
const startedMs: number[] = [];
await paced(pace, async (numbers) => {
  for (const number of numbers) startedMs[number] = monotonicMs();
  await Promise.all(numbers.map((number) => post(String(number))));
});
await systemClock.sleep(500);
const result: BareWebhooks = { startedMs, ...(await flooded()) };
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
