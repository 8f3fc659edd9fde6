/** Names, ports and the configuration of the demo. Everything is on loopback; the secrets are invented and worthless. */
import { join } from 'node:path';
import { SLACK_CHANNEL, SLACK_TEAM } from './slack.ts';
import type { Audiences, Client, Person } from './issuer.ts';

export const DEFAULT_PORT = 8420;
export const DEMO_AUDIENCES: Audiences = {
  mcp: 'https://gatebook.demo.example',
  api: 'https://gatebook.demo.example/api',
};

export const PEOPLE: readonly Person[] = [
  { login: 'ada@example.com', password: 'demo', uid: '00u1ada5demo', groups: ['support'] },
  { login: 'grace@example.com', password: 'demo', uid: '00u2grace5demo', groups: ['support', 'support-leads'] },
  { login: 'olga@example.com', password: 'demo', uid: '00u3olga5demo', groups: ['security'] },
];
/** The gateway is a client of the identity provider too: people sign in there to it. */
export const GATEWAY_SECRET = 'gatebook-demo-secret';
export const clientsOf = (gatewayPort: number): readonly Client[] => [
  { id: 'nightly-report', secret: 'nightly-demo-secret', allowsPasswords: false },
  { id: 'demo-cli', secret: 'demo-cli-secret', allowsPasswords: true },
  {
    id: 'gatebook',
    secret: GATEWAY_SECRET,
    allowsPasswords: false,
    redirectUris: [`http://127.0.0.1:${gatewayPort}/signin/callback/demo`],
  },
];

/** Of the workspace that stands for Slack: who is known there, and as whom. */
export const SLACK_TOKEN = 'xoxb-gatebook-demo';
export const SLACK_SIGNING_SECRET = 'gatebook-demo-signing-secret';
export const SLACK_MEMBERS: ReadonlyMap<string, string> = new Map([
  ['U0GRACE', 'Grace, a support lead'],
  ['U0ADA', 'Ada, of support'],
  ['U0STRANGER', 'somebody whom nobody knows'],
]);

export type DemoPlaces = {
  readonly root: string;
  /** Everything the demo writes. */
  readonly folder: string;
  readonly gatewayPort: number;
  readonly issuerUrl: string;
  readonly slack: { readonly url: string; readonly api: string };
  /** The Node that runs this, so that no other needs to be on the PATH of the servers. */
  readonly node: string;
};

const packageFile = (root: string, name: string): string =>
  join(root, 'node_modules', '@modelcontextprotocol', name, 'dist', 'index.js');

/** gatebook.yaml of the demo, in the form a user would write. JSON strings are YAML strings. */
export function demoConfig(places: DemoPlaces): string {
  const { root, folder } = places;
  const quoted = (text: string): string => JSON.stringify(text);
  return `# Written by npm start; shows the whole configuration of the demo.
version: 1
deployment: demo
server: { listen: 127.0.0.1:${places.gatewayPort} }
data: ./data
issuers:
  demo:
    preset: okta
    issuer: ${places.issuerUrl}
    audiences: [${DEMO_AUDIENCES.mcp}]
    apiAudience: ${DEMO_AUDIENCES.api}
    signIn: { clientId: gatebook, clientSecret: "file:issuer-secret", label: the demo identity provider }
signIn: {}               # MCP clients find the way themselves: they open the browser, people sign in
connections:
  customers:             # the filesystem server over a folder of invented customers
    upstream:
      type: stdio
      command: ${quoted(places.node)}
      args: [${quoted(packageFile(root, 'server-filesystem'))}, ${quoted(join(folder, 'customers'))}]
      cwd: ./customers
  memory:                # the knowledge-graph server
    upstream:
      type: stdio
      command: ${quoted(places.node)}
      args: [${quoted(packageFile(root, 'server-memory'))}]
      env: { MEMORY_FILE_PATH: ${quoted(join(folder, 'memory.jsonl'))} }
levels:
  read: { allow: ["tools/call:read_*", "tools/call:list_*", "tools/call:search_*", "tools/call:get_*", "tools/call:open_*"] }
  write: { extends: read, allow: ["tools/call:*"] }
grants:
  - { groups: ["demo:support"], connections: [customers], level: read }
  - { groups: ["demo:support-leads"], connections: ["*"], level: write }
  - { clients: ["demo:nightly-report"], connections: ["*"], level: write }
roles: { admin: ["demo:security"] }   # for the API
approvals:
  notify:                # told when a call waits; approvers also decide there
    slack: { type: slack, api: ${places.slack.api}, token: "file:slack-token", signingSecret: "file:slack-signing-secret", team: ${SLACK_TEAM}, channel: ${SLACK_CHANNEL}, people: { U0GRACE: "demo:00u2grace5demo", U0ADA: "demo:00u1ada5demo" } }
rules:
  - { name: hold-deletes, when: 'method == "tools/call" && name.startsWith("delete_")', then: hold, approvers: ["demo:support-leads"] }
  - { name: no-traversal, when: 'method == "tools/call" && has(args.path) && args.path.contains("..")', then: deny }
masking:
  store: { detectors: default, operator: token }
  inline: { detectors: [SECRET, EMAIL_ADDRESS, PHONE_NUMBER, CREDIT_CARD, US_SSN], operator: token, connections: [customers] }
`;
}

/** What to paste into a second terminal, in order. */
export function firstCalls(places: DemoPlaces): string {
  const gateway = `http://127.0.0.1:${places.gatewayPort}`;
  const port = places.gatewayPort === DEFAULT_PORT ? '' : `GATEBOOK_DEMO_PORT=${places.gatewayPort} `;
  const call =
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_text_file","arguments":{"path":"alder-bikes.json"}}}';
  const held =
    '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"delete_entities","arguments":{"entityNames":["alder"]}}}';
  const heldOther = held.replace('alder', 'blue-heron');
  const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
  const config = quoted(join(places.folder, 'gatebook.yaml'));
  const shard = join(places.folder, 'data', 'ledger', 'a');
  const record =
    '{"doc":{"contact":{"phone":"+1 202 555 0163"},"billing":{"card":"4539 1488 0343 6467","ssn":"536-22-8714"}}}';
  return `
1. A token, as a service account gets it from its identity provider (no groups in it):

   TOKEN=$(curl -s ${places.issuerUrl}/token -u nightly-report:nightly-demo-secret -d grant_type=client_credentials -d scope=mcp | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

2. A call with curl. E-mail address, phone, card and social security number in the answer are masked on the way, and so is the api_key:

   curl -s ${gateway}/mcp/customers -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -d '${call}'

3. The same with an MCP client (the official SDK), as a person who may only read:

   ${port}npm run -s demo:client

4. The same with a client that knows the address and nothing else: it opens the sign-in in a browser (grace@example.com, password demo):

   ${port}npm run -s demo:client -- --sign-in

   Any MCP client does: claude mcp add --transport http customers ${gateway}/mcp/customers

5. Who did what:

   npm run -s gatebook -- events search --config ${config}

6. The event of that answer: what was found in it, by which rule and where, and nothing of what it was:

   ID=$(npm run -s gatebook -- events search --config ${config} --filter 'caller.subject eq "nightly-report"' --limit 1 | awk 'NR == 2 { print $2 }')
   npm run -s gatebook -- events show "$ID" --config ${config}

7. Why each of them was found, tried out on a part of that customer's record; the tokens are those of the answer and of the book:

   echo '${record}' | npm run -s gatebook -- mask --explain --config ${config}

8. The proof that the book is whole and unaltered, without any key but the public one:

   npm run -s gatebook -- ledger verify ${quoted(shard)} --vkey ${quoted(join(shard, 'log.vkey'))}

9. A call that waits for a person: it deletes, so somebody else has to agree. The third command asks who waits, the fourth says yes, the first gets its answer, and the book tells the whole story (${gateway}/approvals has the same on a page: grace@example.com, password demo):

   curl -s ${gateway}/mcp/memory -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -d '${held}' &
   GRACE=$(curl -s ${places.issuerUrl}/token -u demo-cli:demo-cli-secret -d grant_type=password -d username=grace@example.com -d password=demo -d scope=api | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
   APPROVAL=$(GATEBOOK_TOKEN=$GRACE npm run -s gatebook -- approvals list --url ${gateway} | awk 'NR == 2 { print $1 }')
   GATEBOOK_TOKEN=$GRACE npm run -s gatebook -- approvals approve $APPROVAL --url ${gateway} --reason 'trying it out'
   wait; npm run -s gatebook -- events show $APPROVAL --config ${config}

10. The same in a channel. ${places.slack.url} is a page of the demo's own that stands for Slack: the call comes there without its arguments. Press Review as Grace, who has to be signed in here (${gateway}/me, grace@example.com, password demo), read what is asked, and decide:

   curl -s ${gateway}/mcp/memory -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -d '${heldOther}'

11. An admin asks the gateway itself, and takes the caller's access away: then 2 is refused, also with the token it had:

   export GATEBOOK_TOKEN=$(curl -s ${places.issuerUrl}/token -u demo-cli:demo-cli-secret -d grant_type=password -d username=olga@example.com -d password=demo -d scope=api | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
   npm run -s gatebook -- events search --url ${gateway} --filter 'outcome ne "ok"'
   npm run -s gatebook -- revoke --url ${gateway} --client demo:nightly-report --reason 'trying it out'

Stop with Ctrl-C. Everything the demo wrote is in ${places.folder}
`;
}
