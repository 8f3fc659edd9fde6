/**
 * What stands for Slack in the demo: a Slack in small, and a page on which it can be looked at. The channel is on it, whoever
 * of the workspace one wants to be, the button of a message and the form it opens. All of it on loopback.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SLACK_CHANNEL, SLACK_TEAM, startFakeSlack } from '../test/fakes/slack.ts';
import type { FakeSlack, Heard } from '../test/fakes/slack.ts';

export { SLACK_CHANNEL, SLACK_TEAM };

const FORM_BYTES_MAX = 16_384;
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
};
const STYLE =
  'body{font:1rem/1.5 system-ui;max-width:46rem;margin:2rem auto;padding:0 1rem}article,dialog{border:1px solid #bbb;border-radius:.4rem;padding:.2rem 1rem;margin:1rem 0;position:static;display:block;width:auto}dialog{border-color:#1264a3}pre{overflow:auto;background:#f4f4f4;padding:.5rem}button{font:inherit;padding:.3rem 1rem}label{display:block}';

export type DemoSlack = { readonly url: string; readonly api: string; close(): Promise<void> };
export type DemoSlackParts = {
  readonly port: number;
  readonly token: string;
  readonly signingSecret: string;
  /** Request URL of the app. */
  readonly interactionsUrl: string;
  /** Ids of members, and who they are. */
  readonly members: ReadonlyMap<string, string>;
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

type Shape = Readonly<Record<string, unknown>>;
const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const shapes = (value: unknown): readonly Shape[] => (Array.isArray(value) ? value.filter(isShape) : []);
const words = (value: unknown): string =>
  escaped(isShape(value) ? (typeof value['text'] === 'string' ? value['text'] : '') : '');

/** `<https://…|label>` as a link, and nothing else. */
const linked = (text: string): string =>
  text
    .split(/(<https?:[^|>\s]+\|[^>]+>)/)
    .map((piece) => {
      const [, url, label] = /^<(https?:[^|>\s]+)\|([^>]+)>$/.exec(piece) ?? [];
      const plain = piece.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
      return url === undefined || label === undefined
        ? escaped(plain)
        : `<a href="${escaped(url.replaceAll('&amp;', '&'))}">${escaped(label)}</a>`;
    })
    .join('');

function inputOf(block: Shape): string {
  const element = isShape(block['element']) ? block['element'] : {};
  const label = words(block['label']);
  if (element['type'] === 'plain_text_input') return `<p><label>${label} <input name="reason" size="50"></label></p>`;
  const options = shapes(element['options']).map(
    ({ value, text }) =>
      `<label><input type="radio" name="verdict" value="${escaped(typeof value === 'string' ? value : '')}" required> ${words(text)}</label>`,
  );
  return `<fieldset><legend>${label}</legend>${options.join('')}</fieldset>`;
}

function blockOf(block: Shape): string {
  switch (block['type']) {
    case 'header':
      return `<h2>${words(block['text'])}</h2>`;
    case 'section':
      return `<p>${[block['text'], ...shapes(block['fields'])].map(words).filter(Boolean).join('<br>')}</p>`;
    case 'context':
      return `<p>${shapes(block['elements'])
        .map(({ text }) => linked(typeof text === 'string' ? text : ''))
        .join(' ')}</p>`;
    case 'rich_text':
      return shapes(block['elements'])
        .map(({ elements }) => `<pre>${shapes(elements).map(words).join('')}</pre>`)
        .join('');
    case 'input':
      return inputOf(block);
    default:
      return '';
  }
}

function page(slack: FakeSlack, members: DemoSlackParts['members'], note: string): string {
  const nameOf = (user: string): string => members.get(user) ?? user;
  const people = [...members]
    .map(([id, name]) => `<option value="${escaped(id)}">${escaped(`${name} (${id})`)}</option>`)
    .join('');
  const messages = slack.messages.map((message) => {
    const approval = slack.buttonOf(message);
    const button =
      approval === undefined
        ? ''
        : `<form method="post" action="/press"><input type="hidden" name="ts" value="${escaped(message.ts)}">as <select name="user" aria-label="Who presses">${people}</select> <button>Review</button></form>`;
    return `<article>${message.blocks.filter(isShape).map(blockOf).join('')}${button}</article>`;
  });
  const told = slack.ephemerals.map(
    ({ user, text }) =>
      `<article><small>Only ${escaped(nameOf(user))} sees this:</small><p>${linked(text)}</p></article>`,
  );
  const modals = slack.modals.map(
    ({ user, view }, at) =>
      `<dialog open><small>Open before ${escaped(nameOf(user))}:</small><form method="post" action="/submit"><input type="hidden" name="modal" value="${at}">${view.blocks.filter(isShape).map(blockOf).join('')}<p><button>Decide</button></p></form></dialog>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A channel of the demo</title>
<style>${STYLE}</style>
<main>
<h1>#approvals</h1>
<p>This page stands for Slack, with the calls and the signatures Slack has. It is none of Slack's. <a href="/">Load it again</a> to see what is new.</p>
${note === '' ? '' : `<p role="status"><strong>${escaped(note)}</strong></p>`}
${modals.join('')}
${messages.length === 0 ? '<p>Nothing yet.</p>' : messages.toReversed().join('')}
${told.toReversed().join('')}
</main>
</html>
`;
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > FORM_BYTES_MAX) throw new Error('the form is too large');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** What whoever sent the form is told. */
function saidOf({ status, json }: Heard): string {
  const errors = json?.['errors'];
  if (isShape(errors)) return Object.values(errors).join(' ');
  if (status !== 200) return `Gatebook answered ${status}.`;
  return json === undefined ? '' : 'Your decision is taken.';
}

async function press(slack: FakeSlack, form: URLSearchParams): Promise<string> {
  const message = slack.messages.find(({ ts }) => ts === form.get('ts'));
  const approval = message === undefined ? undefined : slack.buttonOf(message);
  if (message === undefined || approval === undefined) return 'That message has no button any more.';
  return saidOf(await slack.press(form.get('user') ?? '', { ...message, approval }));
}

async function submit(slack: FakeSlack, form: URLSearchParams): Promise<string> {
  const modal = slack.modals[Number(form.get('modal'))];
  if (modal === undefined) return 'That form is closed.';
  return saidOf(await slack.submit(modal, { verdict: form.get('verdict') ?? '', reason: form.get('reason') ?? '' }));
}

/** Another page of this machine's browser must not press buttons here. */
function isOwn({ headers }: IncomingMessage, origin: string): boolean {
  return headers.host === new URL(origin).host && (headers.origin === undefined || headers.origin === origin);
}

export async function startDemoSlack(parts: DemoSlackParts): Promise<DemoSlack> {
  const { port, members } = parts;
  const url = `http://127.0.0.1:${port}`;
  const slack = await startFakeSlack({
    ...parts,
    others(request, response) {
      if (request.url?.startsWith('/api/') === true) return false;
      serve(request, response).catch(() => response.destroy());
      return true;
    },
  });
  slack.interactionsUrl = parts.interactionsUrl;
  const show = (response: ServerResponse, note = ''): void => {
    response.writeHead(200, HEADERS).end(page(slack, members, note));
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const act = { '/press': press, '/submit': submit }[request.url ?? ''];
    if (!isOwn(request, url)) return void response.writeHead(403).end();
    if (request.method === 'GET' && request.url === '/') return show(response);
    if (request.method !== 'POST' || act === undefined) return void response.writeHead(404).end();
    return show(response, await act(slack, await formOf(request)));
  };
  return { url, api: slack.api, close: () => slack.close() };
}
