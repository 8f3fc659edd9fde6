/**
 * A client of 2025-11-25 that asks for a task while its call is held gets one of the gateway (Tasks): it polls while people
 * decide, and comes for the result once they agreed. Then the call goes up like every other, by the identity it comes with, so
 * nobody's yes outlives their access. Here: what such a task says of itself.
 */
import type { Approval } from '#approvals/approval.ts';
import { isUsable } from '#approvals/transitions.ts';
import type { MakingCall } from '#bindings/binding.ts';
import { member, spliceText } from '#mcp/json.ts';
import type { RequestMessage } from '#mcp/jsonrpc.ts';
import { isTaskWish } from '#mcp/made-ids.ts';
import { ok, unreachable } from '#result.ts';
import { spendIntent } from '#upstream/port.ts';
import type { Upstream, UpstreamMessage } from '#upstream/port.ts';

const POLL_MS = 2_000;
/** JSON-RPC code of a task that is over (MCP 2025-11-25, Tasks, Error Handling). */
const INVALID_PARAMS = -32602;

export const wantsTask = ({ params }: RequestMessage): boolean => isTaskWish(member(params, 'task'));

/** The call as it is made once people agreed: without the wish for a task, which the gateway fulfils itself. */
export function withoutTask({ doc, params }: RequestMessage): string {
  if (params === undefined) return doc.text;
  const kept = params.members.filter(({ key }) => key !== 'task');
  const text = kept.map(({ keyStart, value }) => doc.text.slice(keyStart, value.end)).join(',');
  return spliceText(doc.text, [{ start: params.start, end: params.end, text: `{${text}}` }]);
}

type Status = { readonly status: string; readonly statusMessage: string };

/** `url`: the page of the request, where there is one. `isMade`: its result was asked for before. */
export type TaskFacts = { readonly url?: string | undefined; readonly isMade?: true | undefined };

const MADE: Status = { status: 'completed', statusMessage: 'The call was made, and its result given once.' };

const at = (url: string | undefined): string => (url === undefined ? '' : `, at ${url}`);

function deniedText({ id, votes }: Approval): string {
  const said = votes.findLast(({ effect }) => effect === 'deny')?.reason ?? '';
  return `An approver refused this call (${id})${said === '' ? '.' : `: ${said}`}`;
}

/** `input_required` makes a client come for the result (Tasks, Input Required Status): it has to be there when the call is made. */
function statusOf(approval: Approval | undefined, nowMs: number, { url, isMade }: TaskFacts = {}): Status {
  if (approval === undefined)
    return { status: 'failed', statusMessage: 'The request for approval is not known any more.' };
  const { state } = approval;
  // Under a yes for a while, which its use does not end.
  if (isMade === true) return MADE;
  switch (state) {
    case 'pending':
      return nowMs < approval.expiresMs
        ? { status: 'working', statusMessage: `Waiting for an approval (${approval.id})${at(url)}.` }
        : { status: 'failed', statusMessage: 'Nobody decided in time.' };
    case 'approved':
      return isUsable(approval, nowMs)
        ? { status: 'input_required', statusMessage: 'Approved: the call is made when its result is asked for.' }
        : { status: 'failed', statusMessage: 'The approval was not used in time.' };
    case 'used':
      return MADE;
    case 'denied':
      // Clients ask for no result of what failed: this is where its user reads why.
      return { status: 'failed', statusMessage: deniedText(approval) };
    case 'withdrawn':
      return { status: 'cancelled', statusMessage: 'The request for approval was withdrawn.' };
    case 'expired':
    case 'void':
      return { status: 'failed', statusMessage: 'The request for approval is over.' };
    default:
      return unreachable(state);
  }
}

export type TaskShown = Status & {
  readonly taskId: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  readonly ttl: number;
  readonly pollInterval: number;
};

/** @param taskId the id that its client knows it by */
export function heldTask(
  taskId: string,
  approval: Approval | undefined,
  nowMs: number,
  facts: TaskFacts = {},
): TaskShown {
  const { askedMs = nowMs, expiresMs = nowMs, terms } = approval ?? {};
  return {
    taskId,
    ...statusOf(approval, nowMs, facts),
    createdAt: new Date(askedMs).toISOString(),
    lastUpdatedAt: new Date(approval?.votes.at(-1)?.atMs ?? askedMs).toISOString(),
    ttl: expiresMs - askedMs + (terms?.validMs ?? 0),
    pollInterval: POLL_MS,
  };
}

/** Whether its result can still be asked for: then the call itself is made. */
export const isOpenTask = (approval: Approval | undefined, nowMs: number, facts: TaskFacts = {}): boolean =>
  ['working', 'input_required'].includes(statusOf(approval, nowMs, facts).status);

export type HeldTaskParts = {
  readonly find: (approval: string) => Approval | undefined;
  readonly withdraw: (approval: string) => Promise<void>;
  readonly urlOf: (approval: string) => string | undefined;
  /** Unix milliseconds. */
  readonly clock: () => number;
};

const failure = (idText: string, message: string): string =>
  `{"jsonrpc":"2.0","id":${idText},"error":{"code":${INVALID_PARAMS},"message":${JSON.stringify(message)}}}`;
const success = (idText: string, result: object): string =>
  `{"jsonrpc":"2.0","id":${idText},"result":${JSON.stringify(result)}}`;

async function answerTo(
  { idText, method, name }: RequestMessage,
  { approval = '', isMade }: MakingCall,
  { find, withdraw, urlOf, clock }: HeldTaskParts,
): Promise<string> {
  const shown = (): TaskShown => heldTask(name, find(approval), clock(), { url: urlOf(approval), isMade });
  const task = shown();
  switch (method) {
    case 'tasks/get':
      return success(idText, task);
    case 'tasks/cancel':
      if (task.status !== 'working') return failure(idText, `The task is over or agreed to: ${task.status}`);
      await withdraw(approval);
      return success(idText, shown());
    default:
      return failure(idText, task.statusMessage);
  }
}

async function* one(text: string): AsyncGenerator<{ ok: true; value: UpstreamMessage }> {
  yield ok({ bytes: Buffer.from(text) });
}

/** The gateway as the server that answers for such a task, recorded both ways like every exchange. */
export const heldTaskServer = (message: RequestMessage, made: MakingCall, parts: HeldTaskParts): Upstream => ({
  async exchange(request) {
    spendIntent(request);
    const messages = one(await answerTo(message, made, parts));
    return ok({ status: 200, headers: [], sessionId: undefined, form: 'json', messages });
  },
  endSession: async () => ok(204),
  close: async () => undefined,
});
