import { describe, expect, test } from 'vitest';
import { drawQr } from '../../src/dashboard/qr-drawing.ts';
import { LinkView, type LinkPageModel } from '../../views/linking/link-page.tsx';
import type { LinkingState } from '../../views/linking/linking-model.ts';
import { LinkingPanel } from '../../views/linking/panel.tsx';
import { rendered, wordsOf } from '../doubles/rendered-view.ts';
import { anAccount } from '../doubles/view-models.ts';

const now = new Date('2026-11-25T12:00:00Z');
const inSeconds = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const qr = { drawing: drawQr('2@code-to-scan'), attempt: 2, attempts: 6, expiresAt: inSeconds(18) };
const code = { code: 'KF3A-9QXZ', phone: '+9995551234', expiresAt: inSeconds(125) };
const unlinked = anAccount({
  linked: false,
  phone: null,
  status: { status: 'qr_ready', message: 'Scan QR code', reason: null, nextStep: 'show_code', since: now },
});

function pageOf(state: LinkingState, different: Partial<LinkPageModel> = {}): string {
  return rendered(LinkView, { model: { account: unlinked, by: 'qr', state, phone: '', ...different } }, { now });
}

function stoppedWords(reason: string, message: string): string {
  const status = { ...unlinked.status, status: 'disconnected', message, reason } as const;
  return wordsOf(pageOf({ kind: 'stopped', message }, { account: { ...unlinked, status } }));
}

describe('while a code is shown', () => {
  const showing: LinkingState = { kind: 'showing', qr, code: undefined, message: 'Scan QR code' };

  test('it is black on white with a quiet zone, three steps and a countdown beside it', () => {
    const html = pageOf(showing);
    const [, start = '', size = ''] = /viewBox="(-?\d+) -?\d+ (\d+) \d+"/.exec(html) ?? [];
    expect([Number(start), Number(size)]).toEqual([-4, qr.drawing.size + 8]);
    expect(html).toMatch(/<rect[^>]*fill="#ffffff"[^]*<path[^>]*fill="#000000"/);
    expect(html.match(/<ol class="linking-steps">([^]*?)<\/ol>/)?.[1]?.match(/<li>/g)).toHaveLength(3);
    expect(wordsOf(html)).toContain('New code in 18 s Code 2 of 6');
  });

  test('a sandbox account has a phone at hand, a real one has not', () => {
    expect(wordsOf(pageOf(showing))).toContain('Scan with the sandbox phone');
    expect(wordsOf(pageOf(showing, { account: { ...unlinked, kind: 'whatsapp' } }))).not.toContain('sandbox');
  });

  test('the other tab asks for the number, outside the part that replaces itself', () => {
    const html = pageOf(showing, { by: 'code', phone: '+9995551234' });
    const panel = rendered(LinkingPanel, { model: { account: unlinked, by: 'code', state: showing } }, { now });
    expect(html).toMatch(/name="phone"[^>]*value="\+9995551234"/);
    expect(html).toContain(panel);
    expect(panel).not.toContain('name="phone"');
  });

  test('the code to type stands in large letters with until when, and is spelled for those who hear it', () => {
    const html = pageOf({ ...showing, code }, { by: 'code' });
    expect(wordsOf(html)).toContain('Type this code on +9995551234 KF3A-9QXZ It works until 12:02 , for 125 s .');
    expect(html).toContain('aria-label="K F 3 A - 9 Q X Z"');
    expect(wordsOf(html)).toContain('Get a new code');
  });

  test('a code that the phone refused says so', () => {
    const account = { ...unlinked, status: { ...unlinked.status, reason: 'code_refused' } };
    expect(wordsOf(pageOf({ ...showing, code }, { by: 'code', account }))).toContain('did not accept what was typed');
  });
});

describe('every wait has an end', () => {
  test('a first code that is being waited for has a time at which the part asks again', () => {
    for (const by of ['qr', 'code'] as const) {
      const html = pageOf({ kind: 'starting', lateAt: inSeconds(20) }, { by });
      expect(html).toContain(`<time datetime="${inSeconds(20).toISOString()}" data-until`);
    }
  });

  test('a code that does not come offers to try again', () => {
    const words = wordsOf(pageOf({ kind: 'late', message: 'No code for 20 seconds. It is still being tried' }));
    expect(words).toContain('No code yet No code for 20 seconds. It is still being tried.');
    expect(words).toContain('Try again');
  });

  test.each([
    ['qr_timeout', 'Paused to protect your number. Show a new code', 'Paused to protect your number'],
    ['qr_timeout', 'Not linked yet. Show a new code', 'Not linked yet Take the phone'],
    ['account.number_in_use', 'This number is already linked to Shop', 'This number is already linked to Shop.'],
    ['bad_session', 'WhatsApp refused the session several times', 'WhatsApp refused the session several times.'],
  ])('%s: %s', (reason, message, words) => {
    expect(stoppedWords(reason, message)).toContain(words);
    expect(stoppedWords(reason, message)).toMatch(/Show a new code|Try again/);
  });

  test('a paused account offers to resume', () => {
    const account = { ...unlinked, paused: true };
    expect(wordsOf(pageOf({ kind: 'stopped', message: 'Paused by you' }, { account }))).toContain(
      'Resume it first. Resume',
    );
  });
});

describe('a linked account', () => {
  test('shows its profile and leads to a test message', () => {
    const html = pageOf({ kind: 'linked' }, { account: anAccount({ name: 'Shop <b>' }) });
    expect(wordsOf(html)).toContain('Linked and connected Name Shop &lt;b> Number +9990000000001 Kind Sandbox');
    expect(html).toMatch(/href="\/accounts\/acc_1"[^]*Send a test message/);
    expect(html).not.toContain('<b>');
    expect(wordsOf(html)).not.toContain('QR code');
  });

  test('shows the key of a new account as long as it is to be shown, and no other one', () => {
    const model = { account: anAccount(), by: 'qr' as const, state: { kind: 'linked' as const }, phone: '' };
    const withKey = (name: string): string =>
      rendered(LinkView, { model }, { once: { name, value: 'sk_test_secret' } });
    expect(withKey('api-key:acc_1')).toContain('sk_test_secret');
    expect(withKey('api-key:acc_2')).not.toContain('sk_test_secret');
  });
});
