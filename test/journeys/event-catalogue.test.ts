import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventCatalogue, type EventName } from '../../src/events.ts';
import { eventData } from '../../src/features/events/event-data.ts';
import { eventAnswer } from '../../src/features/events/events.schemas.ts';
import type { VirtualPhone } from '../../src/simulator/control.ts';
import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import { pictures } from '../doubles/media-samples.ts';
import { shapeOf, stableSample } from '../doubles/stable-sample.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { useWebhookReceiver } from '../doubles/watched-webhook-receiver.ts';
import type { Endpoint } from '../doubles/webhook-receiver.ts';
import { accepts, type JsonSchema } from './json-schema-match.ts';

interface Envelope {
  id: string;
  event: string;
  names: string[];
  timestamp: string;
  accountId: string;
  sequence: number;
  data: Record<string, unknown>;
}

interface CreatedWebhook {
  id: string;
  secret: string;
}

interface DescribedWebhook {
  post: {
    summary: string;
    requestBody: {
      content: { 'application/json': { schema: JsonSchema; examples: { received: { value: Envelope } } } };
    };
  };
}

/** Whether these are the data of what was just done. */
type IsIt = (data: Envelope['data']) => boolean;

const names = Object.keys(eventCatalogue) as EventName[];
const samplesPath = join(import.meta.dirname, '../../src/features/events/event-samples.json');
const seen = new Map<string, Envelope>();

const receiver = useWebhookReceiver();
const { linked, newCustomer, send, shownBy } = useLinkedShop(() => ({
  environment: { OUTBOUND_ALLOW_HOSTS: '127.0.0.1', PUBLIC_URL: 'https://switchboard.example' },
}));
let all: Endpoint;
let firstSequence = 0;
let customer: VirtualPhone;

const key = () => linked().shop.apiKey;
const phone = () => linked().simulator.control.phone(owner);
const control = () => linked().simulator.control;

async function tick(path: string, events: readonly string[]): Promise<{ endpoint: Endpoint; webhook: CreatedWebhook }> {
  const endpoint = receiver.endpoint(path);
  const body = { url: endpoint.url, events };
  const webhook = (await linked().app.data('POST', '/api/webhooks', { key: key(), body })) as CreatedWebhook;
  endpoint.verifyWith([webhook.secret]);
  return { endpoint, webhook };
}

async function listed(after: number): Promise<Envelope[]> {
  const query = `after=${after}&limit=200`;
  return (await linked().app.data('GET', `/api/events?${query}`, { key: key() })) as Envelope[];
}

const bodies = (endpoint: Endpoint): Envelope[] =>
  endpoint.deliveries.map(({ body }) => JSON.parse(body.toString()) as Envelope);

beforeAll(async () => {
  customer = newCustomer();
  // So that what is told of the customer later is no news.
  await customer.send({ to: owner, text: 'so that they know each other' });
  await linked().api.lists(linked().shop, 'so that they know each other');
  firstSequence = (await listed(0)).at(-1)?.sequence ?? 0;
  all = (await tick('/all', names)).endpoint;
});

async function written(by: VirtualPhone, to: string, text: string): Promise<string> {
  const { id } = await by.send({ to, text });
  await linked().api.lists(linked().shop, text);
  return id;
}
const isMessage =
  (whatsappId: string): IsIt =>
  (data) =>
    data['whatsappId'] === whatsappId;
const isAbout =
  (jid: string): IsIt =>
  (data) =>
    data['jid'] === jid;
const isOfChat =
  (jid: string): IsIt =>
  (data) =>
    (data['chat'] as { jid: string }).jid === jid;
const isOf =
  ({ jid }: VirtualPhone): IsIt =>
  (data) =>
    (data['from'] as { jid: string }).jid === jid;
const friends = (subject: string) => control().createGroup(subject, [customer.number, owner], 'lid');
const is =
  (status: string): IsIt =>
  (data) =>
    data['status'] === status;

/** What happens on a phone, for each event. */
const rows: Readonly<Record<EventName, () => Promise<IsIt>>> = {
  async message() {
    return isMessage(await written(customer, owner, 'Are you open?'));
  },
  async 'messages.received'() {
    const media = { bytes: pictures.jpeg, mimetype: 'image/jpeg' };
    const { id } = await customer.send({ to: owner, type: 'image', media, caption: 'Do you have this one?' });
    return isMessage(id);
  },
  async 'messages-personal.received'() {
    return isMessage(await written(customer, owner, 'I would like to order'));
  },
  async 'messages-group.received'() {
    const { jid } = await friends('Orders');
    return isMessage(await written(customer, jid, 'Who is coming?'));
  },
  async 'messages-newsletter.received'() {
    const { jid } = await control().createNewsletter('News', customer.number);
    await phone().follow(jid);
    const { id } = await customer.post(jid, { type: 'text', text: 'New in our shop' });
    return isMessage(id);
  },
  async 'messages.upsert'() {
    return isMessage(await written(phone(), customer.number, 'We are, until six'));
  },
  async 'messages.update'() {
    const id = await written(customer, owner, 'Tomorow');
    await customer.edit(id, 'Tomorrow');
    return (data) => isMessage(id)(data) && 'edit' in data;
  },
  async 'messages.reaction'() {
    const id = await written(customer, owner, 'Thank you');
    await customer.react(id, '❤️');
    return isMessage(id);
  },
  async 'messages.delete'() {
    const id = await written(customer, owner, 'A mistake');
    await customer.delete(id);
    return isMessage(id);
  },
  async 'poll.results'() {
    const poll = { question: 'When shall we deliver?', options: ['Morning', 'Evening'] };
    const { whatsappId } = await send({ to: customer.number, type: 'poll', ...poll });
    await shownBy(customer, whatsappId);
    await customer.vote(whatsappId, ['Evening']);
    return isMessage(whatsappId);
  },
  async 'message.status'() {
    const nobody = newCustomer();
    await control().fault({ kind: 'unregistered', number: nobody.number, enabled: true });
    const { whatsappId } = await send({ to: nobody.number, text: 'Is anybody there?', referenceId: 'order-17' });
    return isMessage(whatsappId);
  },
  async 'message.sent'() {
    return isMessage((await send({ to: customer.number, text: 'Your order is ready' })).whatsappId);
  },
  async 'message-receipt.update'() {
    const { whatsappId } = await send({ to: customer.number, text: 'See you soon' });
    await shownBy(customer, whatsappId);
    await customer.read();
    return (data) => isMessage(whatsappId)(data) && is('read')(data);
  },
  async 'chats.upsert'() {
    const stranger = newCustomer();
    await written(stranger, owner, 'Good morning');
    return isOfChat(stranger.jid);
  },
  async 'chats.update'() {
    await phone().changeChat(customer.number, { kind: 'archive', enabled: true });
    return (data) => isOfChat(customer.jid)(data) && data['archived'] === true;
  },
  async 'chats.delete'() {
    await phone().changeChat(customer.number, { kind: 'delete' });
    return isOfChat(customer.jid);
  },
  async 'contacts.upsert'() {
    const stranger = newCustomer();
    await written(stranger, owner, 'Good evening');
    return isAbout(stranger.jid);
  },
  async 'contacts.update'() {
    await phone().saveContact(customer.number, 'Ana Silva');
    return (data) => isAbout(customer.jid)(data) && data['savedName'] === 'Ana Silva';
  },
  'groups.upsert': async () => isAbout((await friends('Neighbours')).jid),
  async 'groups.update'() {
    const { jid } = await friends('Family');
    await customer.updateGroup(jid, { kind: 'subject', subject: 'The whole family' });
    return isAbout(jid);
  },
  async 'group-participants.update'() {
    const { jid } = await friends('Colleagues');
    await customer.updateGroup(jid, { kind: 'add', participants: [newCustomer().number] });
    return isAbout(jid);
  },
  async presence() {
    await customer.compose(owner, 'composing');
    return isOf(customer);
  },
  async call() {
    await customer.call(owner, { video: true });
    return isOf(customer);
  },
  async connection() {
    await control().fault({ kind: 'drop-line', number: owner });
    return is('ready');
  },
  async 'session.status'() {
    await phone().logOut();
    return is('auth_failed');
  },
  async 'qrcode.updated'() {
    await linked().app.data('POST', `/api/accounts/${linked().shop.id}/reconnect`);
    return (data) => data['attempt'] === 1;
  },
  ping: () => Promise.resolve(() => true),
};

test('there is a row for each event of the catalogue, and what its data is', () => {
  expect(Object.keys(rows).sort()).toEqual([...names].sort());
  expect(Object.keys(eventData).sort()).toEqual([...names].sort());
});

function expectValid(envelope: Envelope, name: EventName): void {
  const strict = { convert: false, abortEarly: false };
  expect(eventAnswer.validate(envelope, strict).error).toBeUndefined();
  expect(eventData[name].validate(envelope.data, strict).error).toBeUndefined();
}

describe('what happens on a phone is told by its event', () => {
  test.each(names)('%s', async (name) => {
    const { app } = linked();
    const { endpoint, webhook } = await tick(`/${name}`, [name]);
    const isIt = await rows[name]();
    if (name === 'ping') await app.data('POST', `/api/webhooks/${webhook.id}/test`, { key: key(), body: {} });
    await waitFor(() => bodies(endpoint).some(({ data }) => isIt(data)));
    await app.data('DELETE', `/api/webhooks/${webhook.id}`, { key: key() });
    for (const envelope of bodies(endpoint)) {
      expect(envelope).toMatchObject({ event: name, names: [name], accountId: linked().shop.id });
      expectValid(envelope, name);
    }
    const found = bodies(endpoint).filter(({ data }) => isIt(data));
    expect(found).toHaveLength(1);
    // A test is not counted among the events of the account.
    for (const envelope of found) expect(envelope.sequence > 0).toBe(name !== 'ping');
    for (const envelope of found) seen.set(name, stableSample(envelope));
  });
});

test('who ticks all events is told of each occurrence once, with all of its names', async () => {
  const told: Envelope[] = [];
  await waitFor(async () => {
    for (let page = await listed(firstSequence); page.length > 0; page = await listed(told.at(-1)?.sequence ?? 0)) {
      told.push(...page.filter(({ sequence }) => sequence > (told.at(-1)?.sequence ?? 0)));
    }
    return bodies(all).length >= told.length;
  });
  const last = told.at(-1)?.sequence ?? 0;
  const posted = bodies(all)
    .filter(({ sequence }) => sequence <= last)
    .sort((left, right) => left.sequence - right.sequence);
  expect(posted).toEqual(told);
  for (const envelope of posted) {
    for (const name of envelope.names) expect(eventData).toHaveProperty([name]);
    expectValid(envelope, envelope.event as EventName);
  }
});

test('the OpenAPI document describes what was received, and nothing else', async () => {
  const { body } = await linked().app.call('GET', '/api/openapi.json');
  const { webhooks } = body as { webhooks: Record<EventName, DescribedWebhook> };
  expect(Object.keys(webhooks)).toEqual(names);
  for (const name of names) {
    const { summary, requestBody } = webhooks[name].post;
    const { schema, examples } = requestBody.content['application/json'];
    const received = seen.get(name);
    expect(summary).toBe(eventCatalogue[name]);
    expect(accepts(schema, received), name).toBe(true);
    expect(accepts(schema, examples.received.value), name).toBe(true);
    expect(accepts(schema, { ...received, event: 'another' }), name).toBe(false);
    expect(accepts(schema, { ...received, data: { ...received?.data, more: 1 } }), name).toBe(false);
  }
});

// Written anew with UPDATE_EVENT_SAMPLES=1; then `npx oxfmt` and `npm run event-docs`.
test('the samples look like what was received', () => {
  const received = Object.fromEntries(names.map((name) => [name, seen.get(name)]));
  if (process.env['UPDATE_EVENT_SAMPLES'] === '1') {
    writeFileSync(samplesPath, `${JSON.stringify(received, null, 2)}\n`);
  }
  const samples = JSON.parse(readFileSync(samplesPath, 'utf8')) as Record<string, unknown>;
  expect(Object.keys(samples)).toEqual(names);
  for (const name of names) expect(shapeOf(samples[name]), name).toEqual(shapeOf(received[name]));
});
