import { LinkArea, LinkView, type LinkPageModel } from '../../../views/linking/link-page.tsx';
import {
  type LinkBy,
  linkAddress,
  type LinkingModel,
  type LinkingState,
} from '../../../views/linking/linking-model.ts';
import { LinkingGone, LinkingPanel } from '../../../views/linking/panel.tsx';
import { type Account, type Accounts, accountParams } from '../../features/accounts/accounts.ts';
import type { Sandbox } from '../../features/sandbox/sandbox.ts';
import { isAppError } from '../../platform/errors.ts';
import { definePage, type Page, type PageAnswer, type PageInput, type Refusal } from '../../platform/page.ts';
import { object, oneOf, required, text } from '../../platform/schema.ts';
import { drawQr } from '../qr-drawing.ts';
import { orGone } from './act-answers.ts';

export interface LinkingParts {
  accounts: Pick<Accounts, 'get' | 'reconnect' | 'linking' | 'requestPairingCode'>;
  sandbox: Pick<Sandbox, 'scan' | 'enterCode'>;
}

const byQuery = object({ by: oneOf('', 'qr', 'code') });

/** Linking a phone: by a code to scan or by a code to type, over one pairing. */
export function linkingPages(parts: LinkingParts): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/accounts/:id/link',
      access: 'person',
      params: accountParams,
      query: byQuery,
      handle: async ({ params, query }) => wholePage(await modelOf(parts, params.id, byOf(query.by))),
    }),
    definePage({
      method: 'GET',
      path: '/ui/accounts/:id/linking',
      access: 'person',
      params: accountParams,
      query: byQuery,
      handle: async ({ params, query }) => ({
        kind: 'fragment',
        body: await panelOf(parts, params.id, byOf(query.by)),
      }),
    }),
    actPage(parts, 'link', async ({ params: { id }, actor }) => {
      await parts.accounts.reconnect(id, actor);
    }),
    actPage(parts, 'scan', async ({ params: { id }, signal }) => {
      await parts.sandbox.scan(id, signal);
    }),
    actPage(parts, 'enter-code', async ({ params: { id }, signal }) => {
      await parts.sandbox.enterCode(id, undefined, signal);
    }),
    pairingCodePage(parts),
  ];
}

type ActInput = PageInput<{ id: string }, unknown, { by?: LinkBy }>;

/** With script its answer takes the place of what is on the page, so that a key shown once stays to be read. */
function actPage(parts: LinkingParts, word: string, act: (input: ActInput) => Promise<void>): Page {
  return definePage({
    method: 'POST',
    path: `/accounts/:id/${word}`,
    access: 'person',
    params: accountParams,
    form: object({ by: oneOf('qr', 'code') }),
    handle: (input) =>
      orGone(async () => {
        const { id } = input.params;
        const by = input.form.by ?? (word === 'enter-code' ? 'code' : 'qr');
        await act(input);
        if (!input.partial) return { kind: 'redirect', to: linkAddress({ id }, by) };
        return { kind: 'fragment', body: <LinkArea model={await modelOf(parts, id, by)} /> };
      }),
    refused: ({ params: { id } }, refusal) => {
      const by = byOf(refusal.values['by'] ?? (word === 'enter-code' ? 'code' : 'qr'));
      return orGone(async () => wholePage(await modelOf(parts, id, by), withoutFields(refusal)));
    },
  });
}

function pairingCodePage(parts: LinkingParts): Page {
  return definePage({
    method: 'POST',
    path: '/accounts/:id/pairing-code',
    access: 'person',
    params: accountParams,
    form: object({ phone: required(text({ max: 40 })) }),
    handle: ({ params: { id }, form, signal, partial }) =>
      orGone(async () => {
        await parts.accounts.requestPairingCode(id, form.phone, signal);
        if (!partial) return { kind: 'redirect', to: linkAddress({ id }, 'code') };
        const model = { ...(await modelOf(parts, id, 'code')), phone: form.phone };
        return { kind: 'fragment', body: <LinkArea model={model} /> };
      }),
    refused: ({ params: { id } }, problem) => orGone(async () => wholePage(await modelOf(parts, id, 'code'), problem)),
  });
}

async function modelOf(parts: LinkingParts, id: string, by: LinkBy): Promise<LinkPageModel> {
  const { account, state } = await standingOf(parts, id);
  return { account, by, state, phone: account.phone ?? (account.kind === 'sandbox' ? sandboxNumber(id) : '') };
}

async function panelOf(parts: LinkingParts, id: string, by: LinkBy) {
  try {
    const model: LinkingModel = { ...(await standingOf(parts, id)), by };
    return <LinkingPanel model={model} />;
  } catch (error) {
    if (!isAppError(error, 'account.not_found')) throw error;
    return <LinkingGone />;
  }
}

async function standingOf({ accounts }: LinkingParts, id: string): Promise<{ account: Account; state: LinkingState }> {
  const [account, linking] = await Promise.all([accounts.get(id), accounts.linking(id)]);
  return { account, state: linking.kind === 'showing' ? { ...linking, qr: drawn(linking.qr) } : linking };
}

function drawn({ code, ...rest }: { code: string; attempt: number; attempts: number; expiresAt: Date }) {
  return { ...rest, drawing: drawQr(code) };
}

function wholePage(model: LinkPageModel, problem?: Refusal): PageAnswer {
  const body = <LinkView model={{ ...model, problem }} />;
  const title = `Link ${model.account.name}`;
  return { kind: 'page', title, section: 'accounts', body, ...(problem && { status: problem.status }) };
}

function withoutFields(refusal: Refusal): Refusal {
  return { ...refusal, fields: [] };
}

function byOf(given: string | undefined): LinkBy {
  return given === 'code' ? 'code' : 'qr';
}

/** One of the thousand numbers +999 555 1…, so that nothing must be typed to try it. */
function sandboxNumber(accountId: string): string {
  const sum = Array.from(accountId).reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 1000, 7);
  return `+9995551${String(sum).padStart(3, '0')}`;
}
