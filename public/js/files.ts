import { announce } from './announcer.ts';
import { leaveForLogin } from './drafts.ts';
import { clearFailure, fail } from './forms.ts';

const mostBytes = 10 * 1024 * 1024;

interface Problem {
  detail?: string;
  errors?: readonly { field: string; message: string }[];
}

/**
 * Files in forms that send messages: shown before they leave, and uploaded to the API with their progress. Everything else
 * in such a form goes as text.
 */
export function watchFiles(): void {
  document.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement && target.dataset['file'] !== undefined) showChosen(target);
  });
  // Before htmx sees it.
  document.addEventListener(
    'submit',
    (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement) || !form.querySelector('input[name="type"][value="file"]:checked')) return;
      event.preventDefault();
      event.stopPropagation();
      void send(form);
    },
    { capture: true },
  );
}

/** `data-media` that cannot be loaded says so in its place: the network keeps files for some weeks only. */
export function watchMedia(): void {
  document.addEventListener(
    'error',
    ({ target }) => {
      if (!(target instanceof HTMLElement) || target.dataset['media'] === undefined) return;
      const note = document.createElement('p');
      note.className = 'muted small';
      note.textContent = 'It cannot be shown: WhatsApp does not have the file any more, or the phone is away.';
      (target.closest('a') ?? target).replaceWith(note);
    },
    { capture: true },
  );
}

const shownUrls = new WeakMap<Element, string>();

function showChosen(input: HTMLInputElement): void {
  const preview = input.form?.querySelector<HTMLElement>('[data-file-preview]');
  if (!preview) return;
  const before = shownUrls.get(preview);
  if (before !== undefined) URL.revokeObjectURL(before);
  shownUrls.delete(preview);
  preview.replaceChildren();
  const [file] = input.files ?? [];
  preview.hidden = !file;
  if (!file) return;
  const url = URL.createObjectURL(file);
  shownUrls.set(preview, url);
  const name = document.createElement('p');
  name.className = 'said-detail';
  name.textContent = `${file.name} · ${sizeInWords(file.size)}`;
  preview.append(...drawn(file, url), name);
}

/** What the browser can show of it; nothing of a document. */
function drawn(file: File, url: string): HTMLElement[] {
  if (file.type.startsWith('image/')) {
    const picture = document.createElement('img');
    picture.src = url;
    picture.alt = 'The chosen picture';
    return [picture];
  }
  if (!file.type.startsWith('video/') && !file.type.startsWith('audio/')) return [];
  const player = document.createElement(file.type.startsWith('video/') ? 'video' : 'audio');
  player.controls = true;
  player.src = url;
  return [player];
}

/** The same words as on the server (`views/account/content-parts.tsx`). */
function sizeInWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

async function send(form: HTMLFormElement): Promise<void> {
  const input = form.querySelector<HTMLInputElement>('input[data-file]');
  const [file] = input?.files ?? [];
  const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
  if (!input || !button || button.disabled) return;
  if (!file) {
    fail(form, 'Choose a file first.');
    input.focus();
    return;
  }
  if (file.size > mostBytes) {
    fail(form, `This file has ${sizeInWords(file.size)}; 10 MB at most can be sent from here.`);
    return;
  }
  clearFailure(form);
  button.disabled = true;
  try {
    const refused = await uploaded(form, file);
    if (refused === undefined) taken(form, input);
    else fail(form, refused);
  } catch {
    fail(form, 'The server does not answer. What you entered is still here: try again when it is back.');
  } finally {
    button.disabled = false;
    showProgress(form, undefined);
  }
}

/** Resolves with why it was refused, or undefined. */
function uploaded(form: HTMLFormElement, file: File): Promise<string | undefined> {
  const request = new XMLHttpRequest();
  request.open('POST', '/api/send-media');
  request.responseType = 'json';
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? '';
  request.setRequestHeader('X-CSRF-Token', token);
  request.upload.addEventListener('progress', ({ loaded, total }) => showProgress(form, loaded / total));
  return new Promise((resolve, reject) => {
    request.addEventListener('error', () => reject(new Error('The connection was lost')));
    request.addEventListener('load', () => {
      if (request.status === 401) leaveForLogin();
      resolve(request.status < 300 ? undefined : sentenceOf((request.response ?? {}) as Problem));
    });
    request.send(fieldsOf(form, file));
  });
}

function fieldsOf(form: HTMLFormElement, file: File): FormData {
  const typed = new FormData(form);
  const { account = '', to } = form.querySelector<HTMLElement>('[data-account]')?.dataset ?? {};
  const fields = { accountId: account, to: to ?? typed.get('to'), type: typed.get('sendAs'), ...textsOf(typed) };
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string' && value !== '') body.append(name, value);
  }
  // Last: the server has read the others when it comes.
  body.append('file', file);
  return body;
}

function textsOf(typed: FormData) {
  return { caption: typed.get('caption'), replyTo: typed.get('replyTo') };
}

const words: Record<string, string> = { to: 'To', type: 'Send as', file: 'File', caption: 'Text with it' };

function sentenceOf({ detail, errors = [] }: Problem): string {
  if (errors.length > 0) return errors.map(({ field, message }) => `${words[field] ?? field} ${message}.`).join(' ');
  return detail ?? 'The server could not do it. What you entered is still here: try again in a moment.';
}

function showProgress(form: HTMLFormElement, share: number | undefined): void {
  const shown = form.querySelector<HTMLElement>('[data-file-progress]');
  const bar = shown?.querySelector('progress');
  if (!shown || !bar) return;
  shown.hidden = share === undefined;
  bar.value = share ?? 0;
}

function taken(form: HTMLFormElement, input: HTMLInputElement): void {
  input.value = '';
  showChosen(input);
  for (const name of ['caption', 'replyTo']) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.value = '';
  }
  const answers = form.querySelector<HTMLElement>('[data-answers]');
  if (answers) answers.hidden = true;
  const note = form.querySelector('[data-file-taken]');
  if (note) note.textContent = 'The file is accepted.';
  announce('The file is accepted.');
  form.dispatchEvent(new CustomEvent('form-taken', { bubbles: true }));
}
