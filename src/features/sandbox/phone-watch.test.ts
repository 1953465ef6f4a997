import { expect, test } from 'vitest';
import { createEventBus } from '../../platform/event-bus.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { deferred } from '../../platform/deferred.ts';
import type { PhoneChange } from './network.ts';
import { createPhoneWatch } from './phone-watch.ts';

const own = '9990000000001';
const customer = '9995550101';

/** A watch whose gathering ends when the test says so. */
async function watching() {
  const events = createEventBus(clock);
  const announced: string[] = [];
  for (const id of ['acc_1', 'acc_2']) events.listen(`sandbox:${id}`, () => announced.push(id));
  let gathered = deferred<void>();
  let tell: (change: PhoneChange) => void = () => undefined;
  let watched = 0;
  const watch = createPhoneWatch({
    network: {
      watch(listener) {
        tell = listener;
        watched += 1;
        return () => void (watched -= 1);
      },
    },
    events,
    gatherMs: 100,
    clock: { ...clock, sleep: () => gathered.promise },
  });
  await watch.start();
  watch.follow('acc_1', own);
  watch.follow('acc_2', '9990000000002');
  return {
    watch,
    tell: (change: PhoneChange) => tell(change),
    watched: () => watched,
    announcements: async (): Promise<string[]> => {
      gathered.resolve();
      gathered = deferred();
      await new Promise((resolve) => setImmediate(resolve));
      return announced.splice(0);
    },
  };
}

test('announces many changes once, and what comes later again', async () => {
  const { tell, announcements } = await watching();
  for (let count = 0; count < 50; count += 1) tell({ number: customer, chat: `${own}@s.whatsapp.net` });
  tell({ number: own, chat: `${customer}@s.whatsapp.net` });
  expect(await announcements()).toEqual(['acc_1']);
  expect(await announcements()).toEqual([]);
  tell({ number: own });
  expect(await announcements()).toEqual(['acc_1']);
});

test("tells everybody of a customer's phone itself, and nobody of chats with others", async () => {
  const { tell, announcements } = await watching();
  tell({ number: customer });
  expect(await announcements()).toEqual(['acc_1', 'acc_2']);
  tell({ number: customer, chat: '9995550102@s.whatsapp.net' });
  expect(await announcements()).toEqual([]);
});

test('tells nothing of an account that is gone, and watches no more after a stop', async () => {
  const { watch, tell, announcements, watched } = await watching();
  watch.unfollow('acc_1');
  tell({ number: own });
  expect(await announcements()).toEqual(['acc_2']);
  const stopped = watch.stop();
  await announcements();
  await stopped;
  expect(watched()).toBe(0);
});
