/**
 * Slack in small, over real HTTP: four methods of its Web API with the rules that matter here, and members who press buttons
 * and send modals, which reach the app as signed requests. Written after Slack's documentation; it is not Slack.
 */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { viewFault, messageFault } from './slack-limits.ts';
import { blockActions, formOf, viewSubmission } from './slack-payloads.ts';

export const SLACK_TEAM = 'T0ACME';
export const SLACK_CHANNEL = 'C0OPS';
const TRIGGER_MS = 3_000;
const BODY_BYTES = 1024 * 1024;

export type SlackMessage = {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly object[];
  /** How often it was rewritten. */
  readonly edits: number;
};
export type SlackView = {
  readonly private_metadata: string;
  readonly blocks: readonly object[];
  readonly [key: string]: unknown;
};
/** A modal that is open before one member. */
export type OpenModal = { readonly user: string; readonly view: SlackView };
export type Ephemeral = { readonly channel: string; readonly user: string; readonly text: string };
/** What the app answered. */
export type Heard = { readonly status: number; readonly json: Readonly<Record<string, unknown>> | undefined };

export type SignedRequest = { readonly headers: Record<string, string>; readonly body: Buffer };

export type FakeSlack = {
  /** With a slash at the end, as `api` of the notifier. */
  readonly api: string;
  /** Set once the app is up: the request URL of its interactivity. */
  interactionsUrl: string;
  readonly messages: readonly SlackMessage[];
  readonly ephemerals: readonly Ephemeral[];
  readonly modals: readonly OpenModal[];
  /** Methods called, in order. */
  readonly calls: readonly string[];
  /** The next call of this method gets this answer. */
  answerNext(
    method: string,
    answer: { readonly status?: number; readonly retryAfter?: number; readonly error?: string },
  ): void;
  /** The id in the button of a message; undefined when it has none. */
  buttonOf(message: SlackMessage): string | undefined;
  /** A member presses the button of that message. */
  press(user: string, message: Pick<SlackMessage, 'channel' | 'ts'> & { readonly approval: string }): Promise<Heard>;
  /** A member chooses and sends an open modal. */
  submit(modal: OpenModal, chosen: { readonly verdict: string; readonly reason?: string }): Promise<Heard>;
  /** What Slack would send, signed now; for whoever wants to send it otherwise. */
  signed(payload: unknown, at?: { readonly nowMs?: number; readonly secret?: string }): SignedRequest;
  send: (request: SignedRequest) => Promise<Heard>;
  /** Good for three seconds, once. */
  newTrigger(): string;
  close(): Promise<void>;
};

export type FakeSlackOptions = {
  readonly token: string;
  readonly signingSecret: string;
  readonly port?: number;
  readonly clock?: () => number;
  /** Serves what is asked beside the API; false when it does not. */
  readonly others?: (request: IncomingMessage, response: ServerResponse) => boolean;
};

type Body = Readonly<Record<string, unknown>>;
const textOf = (body: Body, key: string): string => {
  const value = body[key];
  return typeof value === 'string' ? value : '';
};

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > BODY_BYTES) throw new Error('more than Slack takes');
    pieces.push(piece);
  }
  return JSON.parse(Buffer.concat(pieces).toString()) as Body;
}

export async function startFakeSlack(options: FakeSlackOptions): Promise<FakeSlack> {
  const { token, signingSecret, clock = Date.now, others = () => false } = options;
  const messages: SlackMessage[] = [];
  const ephemerals: Ephemeral[] = [];
  const modals: OpenModal[] = [];
  const calls: string[] = [];
  const planned = new Map<string, Parameters<FakeSlack['answerNext']>[1]>();
  /** When it was given, and whose click it was. */
  const triggers = new Map<string, { readonly atMs: number; readonly user: string; used: boolean }>();
  let count = 0;

  const refusal = (error: string) => ({ ok: false, error });
  const post = (body: Body): object => {
    const channel = textOf(body, 'channel');
    if (channel !== SLACK_CHANNEL) return refusal('channel_not_found');
    const fault = messageFault(body);
    if (fault !== undefined) return refusal(fault);
    count += 1;
    const ts = `${Math.floor(clock() / 1_000)}.${String(count).padStart(6, '0')}`;
    messages.push({ channel, ts, text: textOf(body, 'text'), blocks: body['blocks'] as object[], edits: 0 });
    return { ok: true, channel, ts, message: { text: body['text'], blocks: body['blocks'] } };
  };
  const update = (body: Body): object => {
    const at = messages.findIndex(({ ts, channel }) => ts === body['ts'] && channel === body['channel']);
    const before = messages[at];
    if (before === undefined) return refusal('message_not_found');
    const fault = messageFault(body);
    if (fault !== undefined) return refusal(fault);
    const after = { text: textOf(body, 'text'), blocks: body['blocks'] as object[], edits: before.edits + 1 };
    messages[at] = { ...before, ...after };
    return { ok: true, channel: before.channel, ts: before.ts };
  };
  const open = (body: Body): object => {
    const trigger = triggers.get(textOf(body, 'trigger_id'));
    if (trigger === undefined) return refusal('invalid_trigger_id');
    if (trigger.used) return refusal('exchanged_trigger_id');
    if (clock() - trigger.atMs > TRIGGER_MS) return refusal('expired_trigger_id');
    const view = body['view'] as SlackView;
    const fault = viewFault(view);
    if (fault !== undefined) return refusal(fault);
    trigger.used = true;
    modals.push({ user: trigger.user, view });
    return { ok: true, view: { ...view, id: 'V0MODAL' } };
  };
  const whisper = (body: Body): object => {
    if (textOf(body, 'channel') !== SLACK_CHANNEL) return refusal('channel_not_found');
    ephemerals.push({ channel: textOf(body, 'channel'), user: textOf(body, 'user'), text: textOf(body, 'text') });
    return { ok: true, message_ts: '1.1' };
  };
  const methods: Readonly<Record<string, (body: Body) => object>> = {
    'chat.postMessage': post,
    'chat.update': update,
    'chat.postEphemeral': whisper,
    'views.open': open,
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = /^\/api\/([a-zA-Z.]+)$/.exec(request.url ?? '')?.[1] ?? '';
    const act = methods[method];
    const answer = (status: number, body: object, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
      response.end(JSON.stringify(body));
    };
    if (act === undefined || request.method !== 'POST') return answer(200, refusal('unknown_method'));
    calls.push(method);
    const body = await bodyOf(request);
    const plan = planned.get(method);
    planned.delete(method);
    if (plan !== undefined) {
      const { status = 200, retryAfter, error = 'internal_error' } = plan;
      return answer(status, refusal(error), retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
    }
    if (request.headers.authorization !== `Bearer ${token}`) return answer(200, refusal('invalid_auth'));
    if (request.headers['content-type']?.startsWith('application/json') !== true)
      return answer(200, refusal('invalid_form_data'));
    return answer(200, act(body));
  };
  const server = createServer((request, response) => {
    if (others(request, response)) return;
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  const newTrigger = (user = 'U0SOMEBODY'): string => {
    count += 1;
    const trigger = `${count}.${clock()}.${'0'.repeat(32)}`;
    triggers.set(trigger, { atMs: clock(), user, used: false });
    return trigger;
  };
  const signed: FakeSlack['signed'] = (payload, { nowMs = clock(), secret = signingSecret } = {}) => {
    const body = formOf(payload);
    const timestamp = String(Math.floor(nowMs / 1_000));
    const signature = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
    return {
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature}`,
      },
    };
  };
  const fake: FakeSlack = {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    interactionsUrl: '',
    messages,
    ephemerals,
    modals,
    calls,
    answerNext: (method, answer) => void planned.set(method, answer),
    buttonOf: ({ blocks }) => /"action_id":"gatebook_review","value":"([^"]+)"/.exec(JSON.stringify(blocks))?.[1],
    press: (user, { approval, channel, ts }) => {
      const by = { team: SLACK_TEAM, user };
      return fake.send(signed(blockActions({ by, approval, channel, ts, trigger: newTrigger(user) })));
    },
    async submit(modal, { verdict, reason }) {
      const { user, view } = modal;
      const by = { team: SLACK_TEAM, user };
      const sealed = view.private_metadata;
      const heard = await fake.send(
        signed(viewSubmission({ by, sealed, verdict, reason: reason ?? null, trigger: newTrigger(user), view })),
      );
      // `clear` closes what is open.
      if (heard.json?.['response_action'] === 'clear') modals.splice(modals.indexOf(modal), 1);
      return heard;
    },
    signed,
    async send({ headers, body }) {
      const response = await fetch(fake.interactionsUrl, { method: 'POST', headers, body: new Uint8Array(body) });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
      return { status: response.status, json: isJson ? (JSON.parse(text) as Heard['json']) : undefined };
    },
    newTrigger,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
