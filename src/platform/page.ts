import type Joi from 'joi';
import type { Request, Response } from 'express';
import type { VNode } from 'preact';
import type { Actor } from './actor.ts';
import type { FieldError } from './errors.ts';
import { pathParameters, type NoFields } from './route.ts';
import { declaredFields } from './schema.ts';

/** Who looks at a page. */
export interface Viewer {
  username: string;
  /** Names the session in the process; never shown. */
  sessionId: string;
}

export interface PageInput<P, Q, F> {
  params: P;
  query: Q;
  form: F;
  /** Undefined on pages for visitors who have not signed in. */
  viewer: Viewer | undefined;
  /** The same, as the audit log names them. */
  actor: Actor;
  /** The address that the trusted proxies report. */
  address: string;
  /** For what reads and writes cookies; the answer itself is what `handle` returns. */
  http: { request: Request; response: Response };
  /** Aborts when the browser goes away. */
  signal: AbortSignal;
  /** The script asks for a part of a page, so a fragment may be the answer to a form. */
  partial: boolean;
}

/** What the person sent that could not be taken, with every reason. */
export interface Refusal {
  /** One sentence. */
  message: string;
  fields: readonly FieldError[];
  /** What was typed, as it was sent; without passwords where the view leaves them out. */
  values: Readonly<Record<string, string>>;
  status: number;
  retryAfterSeconds: number | undefined;
}

/** Where a page stands in the navigation. */
export type Section = 'overview' | 'accounts' | 'webhooks' | 'settings' | 'none';

export type PageAnswer =
  | { kind: 'page'; title: string; section: Section; body: VNode; status?: number }
  /** A part that replaces itself on the page. */
  | { kind: 'fragment'; body: VNode; status?: number }
  /** For a script of ours: JSON, or 204 without a value. */
  | { kind: 'data'; value?: object }
  /** After a form was taken. The notice stands on the next page. */
  | { kind: 'redirect'; to: string; notice?: PageNotice; once?: OneTimeSecret };

/** What the next page says: plain words when something was done. */
export type PageNotice = string | { words: string; tone: 'ok' | 'warn'; undo?: Undo };

/** A form that takes back what was done. */
export interface Undo {
  action: string;
  fields: Readonly<Record<string, string>>;
}

/** A secret that the next page with this name shows once, such as a new API key. */
export interface OneTimeSecret {
  name: string;
  value: string;
}

export interface PageDefinition<P, Q, F> {
  method: 'GET' | 'POST';
  /** In Express form: `/accounts/:id`. Fragments live under `/ui/`. */
  path: string;
  /** visitor: also before signing in. */
  access: 'visitor' | 'person';
  params?: Joi.AnySchema<P>;
  /** Fields that it does not name are left alone: links from elsewhere add their own. */
  query?: Joi.AnySchema<Q>;
  /** Required for a POST, even when it has no fields. */
  form?: Joi.AnySchema<F>;
  handle: (input: PageInput<P, Q, F>) => Promise<PageAnswer>;
  /** The page again with what was typed and why it was refused; without it the error page answers. */
  refused?: (input: PageInput<P, Q, undefined>, refusal: Refusal) => Promise<PageAnswer>;
}

/** A page whose types are forgotten: its schemas guarantee what its handler gets. */
export type Page = PageDefinition<unknown, unknown, unknown>;

/** Checks a definition for mistakes of ours, which end the start of the process, and forgets its types. */
export function definePage<P = NoFields, Q = NoFields, F = undefined>(definition: PageDefinition<P, Q, F>): Page {
  const page = definition as unknown as Page;
  const mistake = (sentence: string): never => {
    throw new Error(`Page ${page.method} ${page.path}: ${sentence}`);
  };
  if (page.path !== '/' && !/^(\/(:?\w[\w.-]*))+$/.test(page.path)) mistake('the path must look like /accounts/:id');
  if (page.method === 'GET' && page.form) mistake('a GET has no form');
  if (page.method === 'POST' && !page.form) mistake('a POST needs a form schema');
  const inPath = pathParameters(page.path).sort().join();
  if (declaredFields(page.params).join() !== inPath) mistake('params must declare exactly those of the path');
  return page;
}
