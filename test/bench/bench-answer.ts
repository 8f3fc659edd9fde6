/** The 2 KB tool result of the benchmark. */
const rows = Array.from({ length: 14 }, (_, at) => ({
  ticket: 4700 + at,
  state: 'open',
  title: `Parcel ${at} is late at the depot`,
  owner: `team-${at % 3}`,
  note: 'called back twice',
}));

export const ANSWER_RESULT = JSON.stringify({
  content: [{ type: 'text', text: JSON.stringify(rows) }],
  isError: false,
});
export const ANSWER_BODY = Buffer.from(`{"jsonrpc":"2.0","id":1,"result":${ANSWER_RESULT}}`);
