/**
 * `/approvals/<id>`: somebody who is signed in sees what is asked, and decides. A decision wants a person who proved lately who
 * they are, and a form of this very page.
 */
import { isApprovalScope } from '#approvals/approval.ts';
import type { Approval } from '#approvals/approval.ts';
import type { Approvals } from '#approvals/approvals.ts';
import { approvalView } from '#approvals/approval-view.ts';
import { maySee } from '#approvals/may-see.ts';
import type { Decider } from '#approvals/transitions.ts';
import { sourceKey } from '#gateway/source.ts';
import type { Caller } from '#identity/caller.ts';
import { callerOf } from '#oauth/sign-in.ts';
import type { Role } from '#policy/duties.ts';
import type { Result } from '#result.ts';
import { approvalBody, approvalPath } from '#signin/approvals/approval-page.ts';
import { recordAct } from '#signin/auth-record.ts';
import type { RecordParts } from '#signin/auth-record.ts';
import { signInPath } from '#signin/entry.ts';
import { foreignBy } from '#signin/own-form.ts';
import { notice, pageAnswer } from '#signin/pages/answer.ts';
import type { SignInParts } from '#signin/parts.ts';
import { redirect } from '#signin/route.ts';
import type { SignInAnswer, SignInRoute, Visit } from '#signin/route.ts';
import type { Present, WebSessions } from '#signin/web-session.ts';

export type ApprovalPagesParts = RecordParts &
  Pick<SignInParts, 'clock' | 'limits' | 'publicUrl' | 'refusals'> & {
    readonly approvals: Approvals;
    readonly sessions: Pick<WebSessions, 'find' | 'isFresh' | 'isToken'>;
    readonly rolesOf: (caller: Caller) => ReadonlySet<Role>;
    /** The masked arguments that a record has. */
    readonly readArguments: (record: string) => Promise<Result<unknown, 'not_indexed' | 'damaged'>>;
  };

const PATH = '/approvals/:id';

export function approvalRoutes(parts: ApprovalPagesParts): readonly SignInRoute[] {
  return [
    { method: 'GET', path: PATH, serve: (visit) => show(visit, parts) },
    { method: 'POST', path: PATH, serve: (visit) => decide(visit, parts) },
  ];
}

type Seen = {
  readonly present: Present;
  readonly approval: Approval;
  readonly decider: Decider;
  readonly roles: ReadonlySet<Role>;
};

const NOT_THERE = (): SignInAnswer =>
  notice(404, 'Nothing waits here', 'There is no such request, or it is not for you to see.');

/** Whoever sits there and what they see; or where they go instead. */
function look(visit: Visit, { sessions, approvals, rolesOf }: ApprovalPagesParts): Seen | SignInAnswer {
  const id = visit.params['id'] ?? '';
  const present = sessions.find(visit.headers);
  if (present === undefined) return redirect(signInPath(approvalPath(id)));
  const caller = callerOf(present.signIn, undefined);
  const roles = rolesOf(caller);
  const approval = approvals.find(id);
  if (approval === undefined || !maySee(approval, caller, roles)) return NOT_THERE();
  const { issuer, subject, groups } = caller;
  return { present, approval, decider: { issuer, subject, groups }, roles };
}

const MISSING: Readonly<Record<'not_indexed' | 'damaged', string>> = {
  not_indexed: 'They cannot be shown yet: load the page again in a moment.',
  damaged: 'The record in the book does not hold. Tell whoever runs the gateway, and do not agree.',
};

async function show(visit: Visit, parts: ApprovalPagesParts, note?: string): Promise<SignInAnswer> {
  const seen = look(visit, parts);
  if ('status' in seen) return seen;
  const { present, approval, decider, roles } = seen;
  const view = approvalView(approval, parts.clock());
  // Whoever reads what was asked is in the book before they see it.
  const recorded = await recordAct(parts, 'approval_read', {
    signIn: present.signIn,
    connection: approval.connection,
    source: visit.source,
    detail: { approval: approval.id, record: approval.record },
  });
  if (!recorded.ok)
    return notice(
      503,
      'It cannot be shown',
      'That you read it has to be recorded, and at the moment that is not possible.',
    );
  const read = await parts.readArguments(approval.record);
  return pageAnswer({
    title: 'A call that waits',
    body: approvalBody({
      approval: view,
      asked: read.ok ? { arguments: read.value } : { missing: MISSING[read.error] },
      csrf: present.csrf,
      mayDecide: read.ok && !roles.has('auditor') && parts.approvals.voteFault(approval, decider) === undefined,
      note,
    }),
  });
}

const refused = ({ source }: Visit, reason: string, { refusals }: ApprovalPagesParts): SignInAnswer => {
  refusals.note({ source: sourceKey(source), code: 'forbidden_origin', reason, connection: '' });
  return notice(403, 'Not from this page', 'Load the page again and press the button there.');
};

async function decide(visit: Visit, parts: ApprovalPagesParts): Promise<SignInAnswer> {
  const foreign = foreignBy(visit.headers, parts.publicUrl);
  if (foreign !== undefined) return refused(visit, `form_${foreign}`, parts);
  const seen = look(visit, parts);
  if ('status' in seen) return seen;
  const { present, approval, decider, roles } = seen;
  const form = await visit.form();
  if (!form.ok || !parts.sessions.isToken(present, form.value.get('csrf') ?? ''))
    return refused(visit, 'form_token', parts);
  // What they wrote is lost; who they are is worth more.
  if (!parts.sessions.isFresh(present)) return redirect(signInPath(approvalPath(approval.id), true));
  const effect = form.value.get('decision');
  const scope = form.value.get('scope') ?? 'once';
  if ((effect !== 'approve' && effect !== 'deny') || !isApprovalScope(scope) || roles.has('auditor'))
    return notice(400, 'Nothing was decided', 'Load the page again and press a button there.');
  const reason = parts.masker
    .maskStoredText((form.value.get('reason') ?? '').toWellFormed(), parts.masker.secretsOf([]))
    .slice(0, parts.limits.approvalReasonChars)
    .toWellFormed();
  const voted = await parts.approvals.vote(approval.id, decider, { effect, scope, reason });
  if (voted.ok) return show(visit, parts, effect === 'deny' ? 'You denied it.' : 'You approved it.');
  if (typeof voted.error === 'object')
    return notice(503, 'Nothing was decided', 'A decision has to be recorded, and at the moment that is not possible.');
  return show(visit, parts, 'Nothing was decided: it is over, or not yours to decide.');
}
