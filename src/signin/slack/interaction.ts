/**
 * What somebody did in Slack, read strictly out of a request whose signature held: a click on the button of a message, or a
 * modal that was sent. Whatever else Slack can tell is not understood.
 * https://docs.slack.dev/reference/interaction-payloads
 */
import { z } from 'zod';
import { isApprovalScope } from '#approvals/approval.ts';
import type { ApprovalScope } from '#approvals/approval.ts';
import { parseJson } from '#mcp/json.ts';
import { ACTION_ID } from '#notify/slack/slack-message.ts';
import { CALLBACK_ID, REASON, VERDICT } from '#signin/slack/decision-modal.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

/** An account of one workspace. Ids of members are told apart by it: two workspaces may each have a `U012`. */
export type SlackAccount = { readonly team: string; readonly user: string };

export type Clicked = {
  readonly kind: 'clicked';
  readonly by: SlackAccount;
  readonly approval: string;
  /** Opens one modal, within three seconds. */
  readonly trigger: string;
  /** Where the message is; the clicker is told there, alone. */
  readonly channel: string;
};

export type Chosen =
  | { readonly effect: 'approve'; readonly scope: ApprovalScope }
  /** A no has no scope. */
  | { readonly effect: 'deny' };

export type Submitted = {
  readonly kind: 'submitted';
  readonly by: SlackAccount;
  /** What the modal was opened with. */
  readonly sealed: string;
  readonly chosen: Chosen;
  readonly reason: string;
};

export type Interaction = Clicked | Submitted;

/** Of a payload: a submission repeats every block of the modal. */
const JSON_LIMITS = { depth: 24, nodes: 20_000 };

const id = z.string().regex(/^[A-Z0-9]{2,32}$/);
const account = { team: z.object({ id }), user: z.object({ id, team_id: id.optional() }) };

const clicked = z.object({
  type: z.literal('block_actions'),
  ...account,
  user: z.object({ id, team_id: id }),
  trigger_id: z.string().min(1).max(256),
  container: z.object({ type: z.literal('message'), channel_id: id }),
  actions: z.tuple([
    z.object({
      type: z.literal('button'),
      action_id: z.literal(ACTION_ID),
      value: z.string().regex(/^apr_[a-z2-7]{26}$/),
    }),
  ]),
});

const submitted = z.object({
  type: z.literal('view_submission'),
  ...account,
  view: z.object({
    type: z.literal('modal'),
    callback_id: z.literal(CALLBACK_ID),
    private_metadata: z.string().min(1).max(3_000),
    state: z.object({
      values: z.object({
        [VERDICT]: z.object({
          [VERDICT]: z.object({ type: z.literal('radio_buttons'), selected_option: z.object({ value: z.string() }) }),
        }),
        [REASON]: z.object({
          [REASON]: z.object({ type: z.literal('plain_text_input'), value: z.string().max(3_000).nullable() }),
        }),
      }),
    }),
  }),
});

/** Exactly one field: of two payloads one was not looked at. */
function payloadOf(body: Buffer): unknown {
  const fields = [...new URLSearchParams(body.toString('latin1'))];
  const [[name, text] = ['', '']] = fields;
  if (fields.length !== 1 || name !== 'payload') return undefined;
  // JSON that two readers could understand differently is refused here.
  return parseJson(Buffer.from(text), JSON_LIMITS).ok ? JSON.parse(text) : undefined;
}

function chosenOf(value: string): Chosen | undefined {
  if (value === 'deny') return { effect: 'deny' };
  return isApprovalScope(value) ? { effect: 'approve', scope: value } : undefined;
}

export function readInteraction(body: Buffer): Result<Interaction, 'not_understood' | 'another_workspace'> {
  const payload = payloadOf(body);
  const click = clicked.safeParse(payload);
  if (click.success) {
    const { team, user, trigger_id: trigger, container, actions } = click.data;
    // In a channel that two workspaces share, people of the other one click too.
    if (user.team_id !== team.id) return err('another_workspace');
    const [{ value: approval }] = actions;
    return ok({
      kind: 'clicked',
      by: { team: team.id, user: user.id },
      approval,
      trigger,
      channel: container.channel_id,
    });
  }
  const sent = submitted.safeParse(payload);
  if (!sent.success) return err('not_understood');
  const { team, user, view } = sent.data;
  if (user.team_id !== undefined && user.team_id !== team.id) return err('another_workspace');
  const { [VERDICT]: verdict, [REASON]: reason } = view.state.values;
  const chosen = chosenOf(verdict[VERDICT].selected_option.value);
  if (chosen === undefined) return err('not_understood');
  return ok({
    kind: 'submitted',
    by: { team: team.id, user: user.id },
    sealed: view.private_metadata,
    chosen,
    reason: (reason[REASON].value ?? '').toWellFormed(),
  });
}
