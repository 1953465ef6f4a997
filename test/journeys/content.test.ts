import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OutgoingContent } from '../../src/simulator/phone-message.ts';
import type { AccountJson } from '../doubles/api.ts';
import type { RunningApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

let app: RunningApp;
let shop: AccountJson;

const { linked, newCustomer, send, shownBy, stored } = useLinkedShop(() => ({ timings: { retranslationMs: 100 } }));
beforeAll(() => void ({ app, shop } = linked()));

describe('without a file', () => {
  const place = { latitude: 52.52, longitude: 13.405, name: 'Shop', address: 'Main street 1' };
  const contacts = [
    { name: 'Ada; Lovelace', phone: '+4915112345678', organization: 'Engines, Ltd' },
    { name: 'Grace', phone: '+12025550123', organization: null },
  ];
  const poll = { question: 'When?', options: ['now', 'later', 'never'], maxAnswers: 2 };

  test('a location is shown where it is, and comes back as it was', async () => {
    const customer = newCustomer();
    const sent = await send({ to: customer.number, type: 'location', ...place });
    expect((await shownBy(customer, sent.whatsappId)).content).toEqual({ type: 'location', ...place });
    expect(await stored(sent.whatsappId)).toMatchObject({ type: 'location', location: place, text: null });
    const { id } = await customer.send({ to: owner, type: 'location', ...place });
    expect(await stored(id)).toMatchObject({ type: 'location', direction: 'incoming', location: place });
  });

  test('contacts are shown with their numbers, and come back as they were', async () => {
    const customer = newCustomer();
    const given = contacts.map(({ organization, ...card }) => ({ ...card, ...(organization && { organization }) }));
    const sent = await send({ to: customer.number, type: 'contact', contacts: given });
    const shown = (await shownBy(customer, sent.whatsappId)).content;
    if (shown.type !== 'contacts') throw new Error('No contacts');
    expect(shown.contacts.map(({ name }) => name)).toEqual(contacts.map(({ name }) => name));
    expect(shown.contacts[0]?.vcard).toContain('waid=4915112345678:+4915112345678');
    const { id } = await customer.send({ to: owner, type: 'contacts', contacts: shown.contacts });
    expect(await stored(id)).toMatchObject({ type: 'contact', contacts });
  });

  test('a poll is shown with its options, and comes back as it was', async () => {
    const customer = newCustomer();
    const sent = await send({ to: customer.number, type: 'poll', ...poll });
    const { question, options, maxAnswers: selectableCount } = poll;
    expect((await shownBy(customer, sent.whatsappId)).content).toEqual({
      type: 'poll',
      question,
      options,
      selectableCount,
    });
    const { id } = await customer.send({ to: owner, type: 'poll', question, options, selectableCount });
    expect(await stored(id)).toMatchObject({ type: 'poll', poll });
  });

  test.each([
    ['latitude', { type: 'location', latitude: 91, longitude: 0 }],
    ['contacts[0].phone', { type: 'contact', contacts: [{ name: 'Ada', phone: 'nobody' }] }],
    ['options', { type: 'poll', question: 'When?', options: ['now'] }],
    ['mentions[0]', { text: 'hello', mentions: ['120363000000000000@g.us'] }],
    ['replyTo', { text: 'hello', replyTo: 'never sent' }],
    ['type', { type: 'dance' }],
  ])('%s is named when it does not fit', async (field, body) => {
    const refused = await app.call('POST', '/api/send', { key: shop.apiKey, body: { to: '+9990000000199', ...body } });
    expect(refused).toMatchObject({ status: 422, body: { code: 'request.invalid', errors: [{ field }] } });
  });
});

test('what an earlier version could not translate is translated now, and what nobody can stays as it is', async () => {
  const customer = newCustomer();
  const answered = await customer.send({ to: owner, text: 'Where?' });
  const { id } = await customer.send({ to: owner, type: 'location', latitude: 1, longitude: 2, replyTo: answered.id });
  const before = await stored(id);
  // As release 0.3.0 has stored it.
  await app.database.execute(
    `UPDATE messages SET type = 'unsupported', content = NULL, reply_to = NULL, translator = 0 WHERE id = $1`,
    [before.id],
  );
  await waitFor(async () => (await stored(id)).type === 'location');
  expect(await stored(id)).toEqual(before);
});

describe('replies and mentions', () => {
  test('an answer quotes what it answers, text or not, and a mention names somebody', async () => {
    const customer = newCustomer();
    const question = await customer.send({ to: owner, text: 'When do you open?' });
    const place = await customer.send({ to: owner, type: 'location', latitude: 1, longitude: 2 });
    await stored(question.id);
    const { id: placeId } = await stored(place.id);
    const answer = await send({ to: customer.number, text: 'At nine', replyTo: question.id });
    expect(await shownBy(customer, answer.whatsappId)).toMatchObject({ text: 'At nine', replyTo: question.id });
    const other = await send({ to: customer.number, text: 'Close by', replyTo: placeId, mentions: [customer.number] });
    expect(await shownBy(customer, other.whatsappId)).toMatchObject({
      replyTo: place.id,
      mentions: [`${customer.number}@s.whatsapp.net`],
    });
    expect(await stored(other.whatsappId)).toMatchObject({ replyTo: place.id });
  });

  test('one that arrives tells what it answers and whom it mentions', async () => {
    const customer = newCustomer();
    const sent = await send({ to: customer.number, text: 'We open at nine' });
    await shownBy(customer, sent.whatsappId);
    const content: OutgoingContent = { type: 'text', text: 'Thanks' };
    const { id } = await customer.send({
      to: owner,
      ...content,
      replyTo: sent.whatsappId,
      mentions: [`${owner}@s.whatsapp.net`],
    });
    expect(await stored(id)).toMatchObject({ replyTo: sent.whatsappId, mentions: [`${owner}@s.whatsapp.net`] });
  });
});
