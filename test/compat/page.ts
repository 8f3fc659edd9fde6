/** docs/COMPATIBILITY.md, from what one run saw. Everything but the sentences between the tables is observed. */
import type { ClientRow } from './client-rows.ts';
import type { Exception } from './exceptions.ts';
import { FEATURE_TITLES, FEATURES } from './feature.ts';
import type { Outcome } from './outcome.ts';
import { SERVER_CHECKS } from './server-rows.ts';
import type { ServerRow } from './server-rows.ts';
import type { SignInRow } from './sign-in/sign-in-rows.ts';
import { SIGN_IN_CHECKS, SIGN_IN_TITLES } from './sign-in/step.ts';
import type { TestResult } from './test-results.ts';

export type Seen = {
  readonly clients: readonly ClientRow[];
  readonly signIns: readonly SignInRow[];
  readonly servers: readonly ServerRow[];
  readonly unchanged: readonly TestResult[];
  readonly exceptions: readonly (Exception & { readonly seen: boolean })[];
  /** ISO date, and what it ran on. */
  readonly date: string;
  readonly platform: string;
};
export type VersionOf = (name: string) => string;

const HEAD = `# Compatibility

Programs that other people wrote, unchanged, through a whole Gatebook: \`gatebook serve\` with its ledger on disk and a token in a header,
everything allowed, nothing masked inline. Each does the same twice, once with the server itself and once through Gatebook, and *pass* says
that the second time gave what the first one gave. A fault that is there without Gatebook too is named with whose it is: the client's, where another
client of the same revision can do it with that server, else the server's.

\`npm run compat\` prints these tables and exits 1 when something is red, \`npm run compat -- --write\` writes this page; nothing in it is written by hand.
\`npm test\` fails when a version here is not the pinned one, or a line here is not from the tables in \`test/compat/\`.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |\n`;
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `${row(heads)}|${'---|'.repeat(heads.length)}\n${rows.map(row).join('')}`;

/** Faults and reasons under a table, each once, by number. */
function createNotes(): { number(text: string): number; text(): string } {
  const notes: string[] = [];
  return {
    number(text) {
      const at = notes.indexOf(text);
      return at >= 0 ? at + 1 : notes.push(text);
    },
    text: () => (notes.length === 0 ? '' : `\n${notes.map((note, at) => `${at + 1}. ${note}\n`).join('')}`),
  };
}
type Notes = ReturnType<typeof createNotes>;

function outcomeText(outcome: Outcome, notes: Notes): string {
  switch (outcome.state) {
    case 'pass':
      return 'pass';
    case 'absent':
      return `– (${notes.number(outcome.why)})`;
    case 'foreign':
      return `${outcome.whose}'s (${notes.number(`The ${outcome.whose}'s, and the same without Gatebook: ${outcome.fault}`)})`;
    case 'red':
      return `**RED** (${notes.number(`Gatebook's: ${outcome.fault}`)})`;
    default:
      return outcome satisfies never;
  }
}

const SERVER_OF = {
  legacy: 'server-everything',
  modern: 'both-eras',
  old: 'server-everything, HTTP+SSE',
} as const;

function clientTable(rows: readonly ClientRow[], versionOf: VersionOf): string {
  const notes = createNotes();
  const lines = rows.map(({ client, target, era, outcomes }) => [
    client.title,
    `\`${client.package}\` ${versionOf(client.package)}`,
    SERVER_OF[target],
    era ?? 'none',
    ...FEATURES.map((feature) => outcomeText(outcomes[feature], notes)),
  ]);
  const heads = ['client', 'version', 'server', 'era', ...FEATURES.map((feature) => FEATURE_TITLES[feature])];
  return `${table(heads, lines)}${notes.text()}`;
}

function signInTable(rows: readonly SignInRow[], versionOf: VersionOf): string {
  const notes = createNotes();
  const lines = rows.map(({ client, outcomes }) => [
    client.title,
    `\`${client.package}\` ${versionOf(client.package)}`,
    ...SIGN_IN_CHECKS.map((check) => outcomeText(outcomes[check], notes)),
  ]);
  const heads = ['client', 'version', ...SIGN_IN_CHECKS.map((check) => SIGN_IN_TITLES[check])];
  return `${table(heads, lines)}${notes.text()}`;
}

export const signInSection = (rows: readonly SignInRow[], versionOf: VersionOf): string => `## Signing in

Each program is told the address of a connection and nothing else. What it opens as a browser signs a person in at the demo's identity
provider, and that browser may be asked once. *CIMD*, *DCR* and *known client* are the ways to say who it is (a document it publishes, registering
itself, an id from \`signIn.clients.known\`), and the book has it under that id; whoever registered goes on. *over token expiry*: the
clock is put on by eleven minutes, the next call passes and the book has a refresh. *over a restart*: Gatebook is stopped and
started, and the program, started anew with what it kept, calls again. *out after a kill*: an admin takes everything away while a call runs; within a
second the server hears that nobody listens any more, the call ends in a fault, and so does the next one. Each row has a Gatebook of its own with
ledger, tokens and clients on disk; nothing but its clock and the name server for client documents is the comparison's.

A program that shows one refresh token twice at the same moment (the SDK v2 in the legacy era may, for its open stream and for a call) has two answers, and
goes on with either ([ADR 12](adr/0012-refresh-tokens.md)).

${signInTable(rows, versionOf)}`;

/** The page with this table seen anew, and everything else as it was. */
export function withSignIns(page: string, rows: readonly SignInRow[], versionOf: VersionOf): string {
  const [start, end] = [page.indexOf('## Signing in\n'), page.indexOf('\n## Servers\n')];
  if (start < 0 || end < start) throw new Error('the page has no such section');
  return `${page.slice(0, start)}${signInSection(rows, versionOf)}${page.slice(end)}`;
}

const CHECK_TITLES = { connect: 'connect', list: 'tools/list', call: 'tools/call', book: 'in the book' } as const;

function serverTable(rows: readonly ServerRow[], versionOf: VersionOf): string {
  const notes = createNotes();
  const lines = rows.map(({ server, era, outcomes }) => [
    server.title,
    `\`${server.package}\` ${versionOf(server.package)}`,
    server.transport,
    era ?? 'none',
    ...SERVER_CHECKS.map((check) => outcomeText(outcomes[check], notes)),
  ]);
  const heads = ['server', 'version', 'transport', 'era', ...SERVER_CHECKS.map((check) => CHECK_TITLES[check])];
  return `${table(heads, lines)}${notes.text()}`;
}

const unchangedTable = (results: readonly TestResult[]): string =>
  table(
    ['arrives as sent', ''],
    results.map(({ name, passed }) => [name, passed ? 'pass' : '**RED**']),
  );

const exceptionTable = (exceptions: Seen['exceptions']): string =>
  table(
    ['what is different', 'why', ''],
    exceptions.map(({ says, why, seen }) => [says, why, seen ? 'seen' : '**RED**: not seen']),
  );

type Judged = { readonly outcomes: Readonly<Record<string, Outcome>> };
export const hasRed = (rows: readonly Judged[]): boolean =>
  rows.some(({ outcomes }) => Object.values(outcomes).some(({ state }) => state === 'red'));

export function isRed({ clients, signIns, servers, unchanged, exceptions }: Seen): boolean {
  return (
    hasRed([...clients, ...signIns, ...servers]) ||
    unchanged.some(({ passed }) => !passed) ||
    exceptions.some(({ seen }) => !seen)
  );
}

export function compatibilityPage(seen: Seen, versionOf: VersionOf): string {
  return `${HEAD}
Seen on ${seen.date}, ${seen.platform}.

## Clients

Against \`server-everything\` ${versionOf('@modelcontextprotocol/server-everything')} over streamable HTTP, which speaks the legacy era, and
against \`test/compat/servers/both-eras.ts\`, a server on the official SDK v2 (\`@modelcontextprotocol/server\` ${versionOf('@modelcontextprotocol/server')}) that takes both
eras and says which it was; and those that still speak HTTP+SSE (2024-11-05) once more over that. *list_changed* is a notification the server sends of its own accord: on the GET stream of the legacy era,
on \`subscriptions/listen\` in the modern one.

${clientTable(seen.clients, versionOf)}
${signInSection(seen.signIns, versionOf)}
## Servers

One session of the SDK v2 (\`@modelcontextprotocol/client\` ${versionOf('@modelcontextprotocol/client')}) with each. *connect* compares what the server says of itself, *tools/list* and
*tools/call* the results as they came over the wire, and *in the book* asks \`gatebook events search\` for the calls.

${serverTable(seen.servers, versionOf)}
## What arrives as it was sent

With everything allowed and nothing masked inline every JSON-RPC message arrives as the value sent (P8), byte for byte where the line says so.

${unchangedTable(seen.unchanged)}
## The exceptions

${exceptionTable(seen.exceptions)}`;
}
