/**
 * While a call of a legacy client waits for people, its user is asked on its stream, where the client can: why it is made, or to
 * look where the request stands (MCP 2025-11-25, Elicitation). Recorded first, as everything that goes down; what cannot be
 * recorded or asked is left, for the call only waits.
 */
import type { Approval } from '#approvals/approval.ts';
import { lacksStatement } from '#approvals/statement.ts';
import type { Way } from '#approvals/waiting.ts';
import type { Authorized } from '#gateway/call.ts';
import { serverWordEntry } from '#gateway/entries.ts';
import type { Gateway } from '#gateway/gateway.ts';
import { answerIn, approvalUrl, lookText, statementForm } from '#gateway/input-required.ts';
import type { UserAnswer } from '#gateway/input-required.ts';
import { sessionBinding } from '#gateway/session-binding.ts';
import { callerKey, GATEWAY_CALLER } from '#identity/caller.ts';
import { member, parseJson } from '#mcp/json.ts';
import type { JsonDocument } from '#mcp/json.ts';
import { encodeSseEvent } from '#mcp/sse.ts';

type Parts = Pick<
  Gateway,
  'approvals' | 'ownQuestions' | 'masker' | 'ledger' | 'limits' | 'newId' | 'publicUrl' | 'log'
>;

/** What there is to ask, and when: whoever decides at once spares its user the looking. */
type Question = { readonly params: object; readonly afterMs: number };

function questionOf(approval: Approval, way: Way, { publicUrl, limits }: Parts): Question | undefined {
  if (way.kind !== 'hold') return undefined;
  const { id, terms } = approval;
  if (lacksStatement(approval)) return way.asks ? { params: statementForm(terms.asks), afterMs: 0 } : undefined;
  if (!way.tells) return undefined;
  const url = approvalUrl(id, { publicUrl, signsIn: true });
  return { params: { mode: 'url', elicitationId: id, url, message: lookText(id) }, afterMs: limits.approvalTellMs };
}

async function record(call: Authorized, doc: JsonDocument, { masker, ledger }: Parts): Promise<boolean> {
  const connection = call.connection.name;
  const { secrets } = call;
  const masked = masker.maskMessage(doc, { direction: 'response', connection, method: '', secrets });
  if (!masked.ok) return false;
  const { issuer, subject, kind, groups } = GATEWAY_CALLER;
  const appended = await ledger.append(
    serverWordEntry(masker, {
      call: call.id,
      ref: null,
      st: 'down',
      subject: callerKey(GATEWAY_CALLER),
      header: {
        caller: { issuer, subject, kind, groups },
        connection,
        session: call.session.key,
        method: 'elicitation/create',
        name: '',
        reason: 'gateway_request',
        bytes: doc.bytes.length,
      },
      masked: masked.value,
      secrets,
    }),
  );
  return appended.ok;
}

async function take(answer: UserAnswer, call: Authorized, approval: Approval, parts: Parts): Promise<void> {
  const { approvals, masker } = parts;
  // Whoever says no wants the call no longer; whoever looks away, or says nothing fit, waits on.
  if (answer.said === 'decline') return approvals.withdraw(approval.id);
  if (answer.statement === undefined) return;
  const { issuer, subject, groups } = call.verified.caller;
  const mask = (text: string): string => masker.maskStoredText(text, call.secrets);
  await approvals.state(approval.id, { issuer, subject, groups }, { ...answer.statement, mask });
}

const parsed = (bytes: Buffer, { limits }: Parts) =>
  parseJson(bytes, { depth: limits.jsonDepth, nodes: limits.jsonNodes });

/** Gives what ends the asking; undefined where nobody is asked. */
export function askUser(call: Authorized, approval: Approval, way: Way, parts: Parts): (() => void) | undefined {
  const question = questionOf(approval, way, parts);
  const { wireId } = call.session;
  return question === undefined || wireId === undefined ? undefined : begin(question, wireId, call, approval, parts);
}

function begin(question: Question, wireId: string, call: Authorized, approval: Approval, parts: Parts): () => void {
  const fault = (error: unknown): void =>
    parts.log.error({ call: call.id, error: String(error) }, 'a user cannot be asked about a call that waits');
  const id = `gatebook-${parts.newId()}`;
  const idKey = JSON.stringify(id);
  let forget = (): void => undefined;
  const ask = async (): Promise<void> => {
    const text = JSON.stringify({ jsonrpc: '2.0', id, method: 'elicitation/create', params: question.params });
    const doc = parsed(Buffer.from(text), parts);
    if (!doc.ok) throw new Error('a question of the gateway is no JSON');
    if (!(await record(call, doc.value, parts)) || isOver) return;
    forget = parts.ownQuestions.ask({ binding: sessionBinding(call, wireId), idKey }, (bytes) => {
      const said = parsed(bytes, parts);
      const answer = said.ok ? answerIn(member(said.value.root, 'result')) : undefined;
      if (answer !== undefined) void take(answer, call, approval, parts).catch(fault);
    });
    await call.reply.event(encodeSseEvent({ data: doc.value.bytes }), [['x-gatebook-call', call.id]]);
  };
  let isOver = false;
  const timer = setTimeout(() => void ask().catch(fault), question.afterMs);
  return () => {
    isOver = true;
    clearTimeout(timer);
    forget();
  };
}
