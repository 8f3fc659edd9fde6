/** What Slack sends to an app, as its documentation has it: more than anybody reads, under the names it uses. */
type Account = { readonly team: string; readonly user: string };

const common = ({ team, user }: Account) => ({
  api_app_id: 'A0GATEBOOK',
  token: 'not-to-be-used',
  is_enterprise_install: false,
  enterprise: null,
  team: { id: team, domain: team.toLowerCase() },
  user: { id: user, username: user.toLowerCase(), name: user.toLowerCase(), team_id: team },
});

export const blockActions = (parts: {
  readonly by: Account;
  readonly approval: string;
  readonly trigger: string;
  readonly channel: string;
  readonly ts?: string;
}) => ({
  ...common(parts.by),
  type: 'block_actions',
  trigger_id: parts.trigger,
  container: { type: 'message', message_ts: parts.ts ?? '1.2', channel_id: parts.channel, is_ephemeral: false },
  channel: { id: parts.channel, name: 'ops' },
  message: { type: 'message', ts: parts.ts ?? '1.2' },
  state: { values: {} },
  response_url: 'https://hooks.slack.com/actions/never/to/be/asked',
  actions: [
    {
      type: 'button',
      block_id: 'b1',
      action_id: 'gatebook_review',
      value: parts.approval,
      style: 'primary',
      text: { type: 'plain_text', text: 'Review', emoji: false },
      action_ts: '1.3',
    },
  ],
});

export const viewSubmission = (parts: {
  readonly by: Account;
  readonly sealed: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly trigger?: string;
  readonly view?: object;
}) => ({
  ...common(parts.by),
  type: 'view_submission',
  trigger_id: parts.trigger ?? '1.2.later',
  response_urls: [],
  view: {
    ...parts.view,
    id: 'V0MODAL',
    team_id: parts.by.team,
    type: 'modal',
    callback_id: 'gatebook_decision',
    private_metadata: parts.sealed,
    hash: '1.abc',
    state: {
      values: {
        verdict: {
          verdict: {
            type: 'radio_buttons',
            selected_option: { value: parts.verdict, text: { type: 'plain_text', text: 'chosen', emoji: false } },
          },
        },
        reason: { reason: { type: 'plain_text_input', value: parts.reason } },
      },
    },
  },
});

export const formOf = (payload: unknown): Buffer =>
  Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
