import { expect, test } from 'vitest';
import { deferred } from './deferred.ts';
import { group, type Service } from './lifecycle.ts';

function recording(calls: string[]): (name: string, own?: Partial<Service>) => Service {
  return (name, own = {}) => ({
    name,
    start: () => {
      calls.push(`start ${name}`);
      return own.start?.() ?? Promise.resolve();
    },
    stop: () => {
      calls.push(`stop ${name}`);
      return own.stop?.() ?? Promise.resolve();
    },
  });
}

test('members start in order and stop in reverse, each once', async () => {
  const calls: string[] = [];
  const member = recording(calls);
  const all = group('all', [member('a'), member('b'), member('c')]);
  await Promise.all([all.start(), all.start()]);
  await Promise.all([all.stop(), all.stop()]);
  expect(calls).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
});

test('a member that cannot start stops those before it, and its error is thrown', async () => {
  const calls: string[] = [];
  const member = recording(calls);
  const all = group('all', [
    member('a'),
    member('b', { start: () => Promise.reject(new Error('port in use')) }),
    member('c'),
  ]);
  await expect(all.start()).rejects.toThrow('port in use');
  expect(calls).toEqual(['start a', 'start b', 'stop a']);
});

test('a stop during a start ends the member that is starting and begins no other', async () => {
  const calls: string[] = [];
  const member = recording(calls);
  const gate = deferred<void>();
  const all = group('all', [
    member('a'),
    member('b', {
      start: () => gate.promise,
      stop: () => {
        gate.reject(new Error('stopped'));
        return Promise.resolve();
      },
    }),
    member('c'),
  ]);
  const starting = all.start();
  await Promise.resolve();
  await Promise.resolve();
  const stopping = all.stop();
  await expect(starting).rejects.toThrow('stopped');
  await stopping;
  expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a']);
});

test('one member that does not stop cleanly does not keep the others running', async () => {
  const calls: string[] = [];
  const member = recording(calls);
  const all = group('all', [member('a'), member('b', { stop: () => Promise.reject(new Error('stuck')) })]);
  await all.start();
  await expect(all.stop()).rejects.toThrow('not everything stopped cleanly');
  expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a']);
});
