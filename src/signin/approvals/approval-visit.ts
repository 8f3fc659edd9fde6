/** Who stands before the page of a request: what they see of it, and whether a form they send is of this very page. */
import type { Approval } from '#approvals/approval.ts';
import type { Approvals } from '#approvals/approvals.ts';
import type { Decider } from '#approvals/transitions.ts';
import type { CallHistory } from '#events/call-history.ts';
import { sourceKey } from '#gateway/source.ts';
import type { Caller } from '#identity/caller.ts';
import { callerOf } from '#oauth/sign-in.ts';
import type { Role } from '#policy/duties.ts';
import { recordAct } from '#signin/auth-record.ts';
import type { RecordParts } from '#signin/auth-record.ts';
import { signInPath } from '#signin/entry.ts';
import { foreignBy } from '#signin/own-form.ts';
import { notice } from '#signin/pages/answer.ts';
import type { SignInParts } from '#signin/parts.ts';
import { redirect } from '#signin/route.ts';
import type { SignInAnswer, Visit } from '#signin/route.ts';
import type { Present, WebSessions } from '#signin/web-session.ts';

export type ApprovalPagesParts = RecordParts &
  Pick<
    SignInParts,
    'clock' | 'heldCalls' | 'limits' | 'noticesOf' | 'policy' | 'publicUrl' | 'refusals' | 'ruleOf' | 'showsTo'
  > & {
    readonly approvals: Approvals;
    readonly history: CallHistory;
    readonly sessions: Pick<WebSessions, 'find' | 'isFresh' | 'isToken'>;
    readonly rolesOf: (caller: Caller) => ReadonlySet<Role>;
  };

/** Somebody, and a request they may see. */
export type Seen = {
  readonly present: Present;
  readonly approval: Approval;
  readonly person: Decider;
  readonly isAuditor: boolean;
};

const NOT_THERE = (): SignInAnswer =>
  notice(404, 'Nothing waits here', 'There is no such request, or it is not for you to see.');

export type Sitting = { readonly present: Present; readonly caller: Caller; readonly roles: ReadonlySet<Role> };

/** Whoever sits there; or where they go to sign in, and come back from. */
export function sit(visit: Visit, back: string, { sessions, rolesOf }: ApprovalPagesParts): Sitting | SignInAnswer {
  const present = sessions.find(visit.headers);
  if (present === undefined) return redirect(signInPath(back));
  const caller = callerOf(present.signIn, undefined);
  return { present, caller, roles: rolesOf(caller) };
}

/** What one may not see is not there: whoever was sent the link of somebody else learns nothing from it. */
export function look(visit: Visit, parts: ApprovalPagesParts): Seen | SignInAnswer {
  const id = visit.params['id'] ?? '';
  const sitting = sit(visit, `/approvals/${id}`, parts);
  if ('status' in sitting) return sitting;
  const { present, caller, roles } = sitting;
  const approval = parts.approvals.find(id);
  const { issuer, subject, groups } = caller;
  const person = { issuer, subject, groups };
  if (approval === undefined || !parts.approvals.isShownTo(approval, person, roles)) return NOT_THERE();
  return { present, approval, person, isAuditor: roles.has('auditor') };
}

const refused = ({ source }: Visit, reason: string, { refusals }: ApprovalPagesParts): SignInAnswer => {
  refusals.note({ source: sourceKey(source), code: 'forbidden_origin', reason, connection: '' });
  return notice(403, 'Not from this page', 'Load the page again and press the button there.');
};

/** Whoever sent a form of a request's page, and what it says; or why it is not taken. */
export async function lookAndRead(
  visit: Visit,
  parts: ApprovalPagesParts,
): Promise<(Seen & { readonly form: URLSearchParams }) | SignInAnswer> {
  const foreign = foreignBy(visit.headers, parts.publicUrl);
  if (foreign !== undefined) return refused(visit, `form_${foreign}`, parts);
  const seen = look(visit, parts);
  if ('status' in seen) return seen;
  const form = await visit.form();
  if (!form.ok || !parts.sessions.isToken(seen.present, form.value.get('csrf') ?? ''))
    return refused(visit, 'form_token', parts);
  return { ...seen, form: form.value };
}

const UNRECORDED = (): SignInAnswer =>
  notice(
    503,
    'It cannot be shown',
    'That you read it has to be recorded, and at the moment that is not possible. Try again in a minute.',
  );

/** Whoever reads what was asked is in the book before they see it. Undefined once that is durable. */
export async function recordRead(
  act: 'approval_read' | 'approval_shown',
  visit: Visit,
  { present, approval }: Seen,
  parts: ApprovalPagesParts,
): Promise<SignInAnswer | undefined> {
  const { id, connection, method, name, policy, terms, record } = approval;
  const recorded = await recordAct(parts, act, {
    signIn: present.signIn,
    connection,
    held: { method, name, decision: { effect: 'hold', policy, rule: terms.rule, approval: id } },
    source: visit.source,
    detail: { approval: id, record },
  });
  return recorded.ok ? undefined : UNRECORDED();
}

/** Masked, then cut: half a secret would not be found. */
export const keptText = (text: string, { masker, limits }: ApprovalPagesParts): string =>
  masker.maskStoredText(text.toWellFormed(), masker.secretsOf([])).slice(0, limits.approvalReasonChars).toWellFormed();
