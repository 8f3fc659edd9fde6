/** The page in docs/ and the tables it comes from: an upgrade, a new row or a new exception without a new run fails here. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CLIENTS } from './clients.ts';
import { EXCEPTIONS, EXCEPTIONS_SEEN_IN } from './exceptions.ts';
import { FEATURES } from './feature.ts';
import type { Feature } from './feature.ts';
import type { Outcome } from './outcome.ts';
import { compatibilityPage, isRed, withSignIns } from './page.ts';
import type { Seen } from './page.ts';
import { HERE, ROOT } from './programs.ts';
import { SERVERS } from './servers.ts';
import { SIGNING_CLIENTS } from './sign-in/sign-in-clients.ts';
import type { SignInRow } from './sign-in/sign-in-rows.ts';
import { SIGN_IN_CHECKS } from './sign-in/step.ts';
import type { SignInCheck } from './sign-in/step.ts';
import { readTap } from './test-results.ts';
import { compatPins, rootPins, versionOf } from './versions.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const written = read('docs/COMPATIBILITY.md');

const [client] = CLIENTS;
const [server] = SERVERS;
const [signing] = SIGNING_CLIENTS;
assert.ok(client !== undefined && server !== undefined && signing !== undefined);
const pass: Outcome = { state: 'pass' };
const everywhere = (outcome: Outcome): Record<Feature, Outcome> =>
  Object.fromEntries(FEATURES.map((feature) => [feature, outcome])) as Record<Feature, Outcome>;
const signIn = (out: Outcome): SignInRow => ({
  client: signing,
  outcomes: Object.fromEntries(SIGN_IN_CHECKS.map((check) => [check, check === 'out' ? out : pass])) as Record<
    SignInCheck,
    Outcome
  >,
});
const seen: Seen = {
  clients: [{ client, target: 'legacy', era: 'legacy', outcomes: everywhere(pass) }],
  signIns: [signIn(pass)],
  servers: [{ server, era: 'legacy', outcomes: { connect: pass, list: pass, call: pass, book: pass } }],
  unchanged: [{ name: 'a request goes up byte for byte', passed: true }],
  exceptions: [{ says: 'a session has an id of its own', why: 'it belongs to its caller', seen: true }],
  date: '2026-11-25',
  platform: 'Node 26',
};
const withOutcome = (outcome: Outcome): Seen => ({
  ...seen,
  clients: [{ client, target: 'legacy', era: 'legacy', outcomes: { ...everywhere(pass), call: outcome } }],
});

test('a page is red as soon as one cell is', () => {
  assert.equal(isRed(seen), false);
  assert.equal(isRed(withOutcome({ state: 'absent', why: 'no command' })), false);
  assert.equal(isRed(withOutcome({ state: 'foreign', whose: 'server', fault: 'f' })), false);
  assert.equal(isRed(withOutcome({ state: 'red', fault: 'f' })), true);
  assert.equal(isRed({ ...seen, signIns: [signIn({ state: 'red', fault: 'it went on' })] }), true);
  assert.equal(isRed({ ...seen, unchanged: [{ name: 'n', passed: false }] }), true);
  assert.equal(isRed({ ...seen, exceptions: [{ says: 's', why: 'w', seen: false }] }), true);
});

test('a cell names the fault and whose it is', () => {
  const text = (outcome: Outcome): string => compatibilityPage(withOutcome(outcome), () => '1.0.0');
  assert.match(
    text({ state: 'foreign', whose: 'server', fault: 'a | b' }),
    /server's \(1\)[\s\S]*1\. The server's[^\n]*: a \| b/,
  );
  assert.match(text({ state: 'red', fault: 'HTTP 405' }), /\*\*RED\*\* \(1\)[\s\S]*1\. Gatebook's: HTTP 405/);
  assert.match(text({ state: 'absent', why: 'no command' }), /– \(1\)[\s\S]*1\. no command/);
});

test('a table of sign-ins that is seen anew changes that table and nothing else', () => {
  const version = (): string => '1.0.0';
  const changed = signIn({ state: 'absent', why: 'nobody can' });
  assert.equal(
    withSignIns(compatibilityPage(seen, version), [changed], version),
    compatibilityPage({ ...seen, signIns: [changed] }, version),
  );
  assert.throws(() => withSignIns('# Another page', [changed], version));
});

test('docs/COMPATIBILITY.md has a row of every program, with the version that is pinned now', () => {
  const [clients = '', signIns = ''] = written.split('\n## Signing in\n');
  for (const { title, package: name, targets } of CLIENTS) {
    const rows = clients.split(`| ${title} | \`${name}\` ${versionOf(name)} |`).length - 1;
    assert.equal(rows, targets.length, title);
  }
  for (const { title, package: name } of SIGNING_CLIENTS) {
    const cells = `(?: (?:pass|– \\(\\d+\\)) \\|){${SIGN_IN_CHECKS.length}}`;
    const start = RegExp.escape(`| ${title} | \`${name}\` ${versionOf(name)} |`);
    assert.match(signIns, new RegExp(`^${start}${cells}$`, 'm'), `${title}, signing in`);
  }
  for (const { title, package: name, transport } of SERVERS)
    assert.ok(
      written.includes(`| ${title} | \`${name}\` ${versionOf(name)} | ${transport} |`),
      `${title} ${transport}`,
    );
});

test('docs/COMPATIBILITY.md has nothing red', () => {
  assert.doesNotMatch(written, /\bRED\b/);
});

test('docs/COMPATIBILITY.md is of this template, and has every exception and every line of what arrives as sent', () => {
  const [head = ''] = compatibilityPage(seen, versionOf).split('\nSeen on ');
  assert.ok(written.startsWith(head));
  for (const { says, why } of EXCEPTIONS) assert.ok(written.includes(`| ${says} | ${why} | `), says);
  assert.equal(written.match(/^\| .* \| .* \| (?:seen|\*\*RED\*\*: not seen) \|$/gm)?.length, EXCEPTIONS.length);
  for (const name of namesOfTests('test/e2e/transparent.test.ts')) assert.ok(written.includes(`| ${name} | `), name);
});

/** Names of top-level tests, as their file spells them. */
function namesOfTests(file: string): readonly string[] {
  const names = [...read(file).matchAll(/^test\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/gm)];
  return names.map(([, single, double]) => (single ?? double ?? '').replaceAll(/\\(.)/g, '$1'));
}

test('every exception has the test that sees it, and every such test its exception', () => {
  assert.deepEqual(
    EXCEPTIONS.map(({ says }) => says),
    namesOfTests(EXCEPTIONS_SEEN_IN),
  );
});

test('the programs are pinned exactly, explained in docs/DEPENDENCIES.md, and agree with the versions of the whole checkout', () => {
  const pins = Object.entries(compatPins());
  assert.ok(pins.length > 8);
  const [explained, ours] = [read('docs/DEPENDENCIES.md'), rootPins()];
  for (const [name, version] of pins) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
    assert.ok(explained.includes(`\`${name}\``), name);
    assert.equal(ours[name] ?? version, version, name);
  }
});

test('the lockfile of the programs names no registry and holds the pinned versions', () => {
  const lock = JSON.parse(readFileSync(join(HERE, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string; readonly resolved?: string }>>;
  };
  const entries = Object.entries(lock.packages);
  assert.ok(entries.length > 100);
  assert.deepEqual(
    entries.filter(([, entry]) => entry.resolved !== undefined),
    [],
  );
  for (const [name, version] of Object.entries(compatPins()))
    assert.equal(lock.packages[`node_modules/${name}`]?.version, version, name);
});

test('only a test that ran and passed counts as passed', () => {
  const tap =
    'TAP version 13\nok 1 - one\n    ok 1 - inner\nnot ok 2 - two\nok 3 - three # SKIP no reason\nok 4 - with \\# in it\n';
  assert.deepEqual(readTap(tap), [
    { name: 'one', passed: true },
    { name: 'two', passed: false },
    { name: 'three', passed: false },
    { name: 'with # in it', passed: true },
  ]);
});
