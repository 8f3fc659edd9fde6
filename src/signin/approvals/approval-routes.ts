/**
 * `/approvals/<id>`: somebody who is signed in sees what is asked, and decides. A decision, and to see what is masked, wants a
 * person who proved lately who they are, and a form of this very page.
 */
import { decide, show, state, unmask, withdraw } from '#signin/approvals/approval-acts.ts';
import { argumentsOf, missingWords } from '#signin/approvals/approval-read.ts';
import type { AskedArguments } from '#signin/approvals/approval-page.ts';
import { approvalPath } from '#signin/approvals/approval-forms.ts';
import { look, recordRead } from '#signin/approvals/approval-visit.ts';
import type { ApprovalPagesParts } from '#signin/approvals/approval-visit.ts';
import { rowsHtml, valuePartHtml } from '#signin/approvals/argument-html.ts';
import { showQueue } from '#signin/approvals/queue-page.ts';
import { notice, pageAnswer } from '#signin/pages/answer.ts';
import { html } from '#signin/pages/html.ts';
import type { Html } from '#signin/pages/html.ts';
import type { SignInAnswer, SignInRoute, Visit } from '#signin/route.ts';

const ROOT = '/approvals';
const PATH = `${ROOT}/:id`;

export function approvalRoutes(parts: ApprovalPagesParts): readonly SignInRoute[] {
  return [
    { method: 'GET', path: ROOT, serve: (visit) => showQueue(visit, parts) },
    { method: 'GET', path: PATH, serve: (visit) => show(visit, parts) },
    { method: 'GET', path: `${PATH}/arguments`, serve: (visit) => showRows(visit, parts) },
    { method: 'GET', path: `${PATH}/value`, serve: (visit) => showValue(visit, parts) },
    { method: 'POST', path: PATH, serve: (visit) => decide(visit, parts) },
    { method: 'POST', path: `${PATH}/statement`, serve: (visit) => state(visit, parts) },
    { method: 'POST', path: `${PATH}/withdraw`, serve: (visit) => withdraw(visit, parts) },
    { method: 'POST', path: `${PATH}/show`, serve: (visit) => unmask(visit, parts) },
  ];
}

const numberIn = ({ query }: Visit, name: string): number | undefined => {
  const text = query.get(name) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
};

/** The arguments alone, for those who may see the request; read again, and recorded again. */
async function readAsked(
  visit: Visit,
  parts: ApprovalPagesParts,
): Promise<(AskedArguments & { readonly back: Html }) | SignInAnswer> {
  const seen = look(visit, parts);
  if ('status' in seen) return seen;
  const unrecorded = await recordRead('approval_read', visit, seen, parts);
  if (unrecorded !== undefined) return unrecorded;
  const read = await parts.history.asked(seen.approval.record);
  if (!read.ok) return notice(503, 'It cannot be shown', missingWords(read.error));
  const back = html`<p><a href="${approvalPath(seen.approval.id)}">Back to the request</a></p>`;
  return { ...argumentsOf(read.value, seen.approval, parts), back };
}

const GONE = (): SignInAnswer =>
  notice(404, 'There is no such value', 'Go back to the request and follow a link there.');

async function showRows(visit: Visit, parts: ApprovalPagesParts): Promise<SignInAnswer> {
  const asked = await readAsked(visit, parts);
  if ('status' in asked) return asked;
  const from = numberIn(visit, 'from');
  if (from === undefined || from >= asked.rows.rows.length) return GONE();
  const body = html`${asked.back}${rowsHtml(asked.rows.rows, from, asked.place, parts.limits)}`;
  return pageAnswer({ title: 'What exactly is asked', body });
}

async function showValue(visit: Visit, parts: ApprovalPagesParts): Promise<SignInAnswer> {
  const asked = await readAsked(visit, parts);
  if ('status' in asked) return asked;
  const [at, from] = [numberIn(visit, 'row'), numberIn(visit, 'from')];
  const row = at === undefined ? undefined : asked.rows.rows[at];
  if (at === undefined || row === undefined || from === undefined || from > row.text.length) return GONE();
  const body = html`${asked.back}${valuePartHtml(row, at, from, asked.place, parts.limits)}`;
  return pageAnswer({ title: `Value ${at + 1} of what is asked`, body });
}
