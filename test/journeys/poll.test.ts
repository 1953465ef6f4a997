import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import { beforeAll, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { AccountJson, Api, MessageJson, PersonJson } from '../doubles/api.ts';
import type { RunningApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

const poll = { question: 'When?', options: ['now', 'later', 'never'], maxAnswers: 0 };
let simulator: Simulator;
let app: RunningApp;
let api: Api;
let shop: AccountJson;

const { linked, newCustomer } = useLinkedShop(() => ({ environment: { TYPING_DELAY_MS: '0' } }));
beforeAll(() => void ({ simulator, app, api, shop } = linked()));

type Customer = ReturnType<typeof newCustomer>;

async function send(to: string): Promise<MessageJson> {
  const body = { to, type: 'poll', ...poll };
  return (await app.data('POST', '/api/send?wait=true', { key: shop.apiKey, body })) as MessageJson;
}

/** Who voted for each option, by number. */
async function resultsOf(id: string): Promise<Record<string, (string | null)[]>> {
  const message = (await app.data('GET', `/api/messages/${id}`, { key: shop.apiKey })) as MessageJson;
  const { results } = message.poll as { results: { option: string; count: number; voters: PersonJson[] }[] };
  for (const { count, voters } of results) expect(count).toBe(voters.length);
  return Object.fromEntries(results.map(({ option, voters }) => [option, voters.map(({ phone }) => phone)]));
}

async function has(phone: Customer, id: string): Promise<void> {
  await waitFor(() => phone.messages().some((message) => message.id === id));
}

test.each(['phone', 'lid', 'group'] as const)('votes of customers are counted: %s', async (where) => {
  const [one, other] = [newCustomer(), newCustomer()];
  const group = await simulator.control.createGroup('Friends', [owner, one.number, other.number], 'lid');
  const sent = await send(where === 'group' ? group.jid : where === 'lid' ? one.lid : one.number);
  await has(one, sent.whatsappId);
  expect(await resultsOf(sent.id)).toEqual({ now: [], later: [], never: [] });
  const numbers = [`+${one.number}`, `+${other.number}`];

  await one.vote(sent.whatsappId, ['now', 'never']);
  await expect.poll(() => resultsOf(sent.id)).toEqual({ now: [numbers[0]], later: [], never: [numbers[0]] });
  await one.vote(sent.whatsappId, ['later']);
  await expect.poll(() => resultsOf(sent.id)).toEqual({ now: [], later: [numbers[0]], never: [] });
  if (where === 'group') {
    await has(other, sent.whatsappId);
    await other.vote(sent.whatsappId, ['later']);
    await expect.poll(() => resultsOf(sent.id)).toEqual({ now: [], later: numbers, never: [] });
  }
  await one.vote(sent.whatsappId, []);
  const left = where === 'group' ? [numbers[1]] : [];
  await expect.poll(() => resultsOf(sent.id)).toEqual({ now: [], later: left, never: [] });

  const events = (await app.data('GET', '/api/events?limit=200', { key: shop.apiKey })) as {
    names: string[];
    data: MessageJson & { vote: { options: string[] } };
  }[];
  const told = events.filter(({ names, data }) => names.includes('poll.results') && data.id === sent.id);
  const votes = where === 'group' ? [['now', 'never'], ['later'], ['later'], []] : [['now', 'never'], ['later'], []];
  expect(told.map(({ data }) => data.vote.options)).toEqual(votes);
});

test('a vote on the own phone in a customer’s poll is counted', async () => {
  const customer = newCustomer();
  const { question, options } = poll;
  const { id } = await customer.send({ to: owner, type: 'poll', question, options, selectableCount: 1 });
  const phone = simulator.control.phone(owner);
  await has(phone, id);
  await phone.vote(id, ['now']);
  let message: MessageJson | undefined;
  await waitFor(async () => {
    message = (await api.messages(shop)).find(({ whatsappId }) => whatsappId === id);
    return message !== undefined;
  });
  await expect.poll(() => resultsOf(message?.id ?? '')).toEqual({ now: [`+${owner}`], later: [], never: [] });
});

test('a poll that was sent twice, because its confirmation was lost, still takes votes', async () => {
  const customer = newCustomer();
  await simulator.control.fault({ kind: 'drop-acks', number: owner, times: 1 });
  const accepted = (await app.data('POST', '/api/send', {
    key: shop.apiKey,
    body: { to: customer.number, type: 'poll', ...poll },
  })) as MessageJson;
  await has(customer, accepted.whatsappId);
  await customer.vote(accepted.whatsappId, ['now']);
  await expect.poll(() => resultsOf(accepted.id)).toEqual({ now: [`+${customer.number}`], later: [], never: [] });
});
