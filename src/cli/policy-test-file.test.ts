import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPolicyTests } from '#cli/policy-test-file.ts';
import { loadConfig } from '#config/load.ts';

const loaded = loadConfig({
  file: '/x/gatebook.yaml',
  text: `version: 1
deployment: acme
issuers: { okta: { preset: okta, issuer: "https://acme.okta.com" } }
connections: { c: { upstream: { type: stdio, command: x } } }
levels: { read: { allow: ["*"] } }
`,
  env: {},
  readFile: () => '',
});
assert.ok(loaded.ok);
const config = loaded.value;

const HEAD = 'version: 1\ncallers: { a: { namespace: okta } }\n';
function problems(text: string): string {
  const read = readPolicyTests('t.yaml', text, config);
  assert.ok(!read.ok, `${text} was accepted`);
  return read.error.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`).join('\n');
}

test('a case has the place of its line, and what it does not say comes from the defaults', () => {
  const read = readPolicyTests(
    't.yaml',
    `${HEAD}defaults: { caller: a, connection: c, method: tools/call, arguments: { x: 1 } }\ncases:\n  - { name: n, expect: allow }\n`,
    config,
  );
  assert.ok(read.ok, JSON.stringify(read));
  const [one] = read.value;
  assert.deepEqual([one?.line, one?.column, one?.callerName, one?.connection], [5, 5, 'a', 'c']);
  assert.equal(
    one?.request,
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"n","arguments":{"x":1}}}',
  );
});

test('everything wrong is reported at its place, and nothing unknown is passed over', () => {
  for (const [text, expected] of [
    ['', /^1:1 {2}the file holds no tests$/],
    ['a: 1\na: 2', /^2:1 {2}map keys must be unique/m],
    ['version: 1\ncallers: {}\ncasse: []', /^3:1 casse this key is unknown$/],
    ['version: 2\ncallers: {}', /^1:10 version is not one of/],
    [`${HEAD}cases: [{ caller: a, expects: allow }]`, /^3:22 cases\[0\]\.expects this key is unknown$/m],
    [`${HEAD}cases: [{ caller: a, expect: allowed }]`, /^3:30 cases\[0\]\.expect is not one of/],
    [`${HEAD}cases: [{ caller: a, expect: allow, at: noon }]`, /^3:41 cases\[0\]\.at is not valid/],
    [HEAD, /there is no case in it/],
    ['version: 1\ncallers: { a: { namespace: entra } }', /^2:28 callers\.a\.namespace there is no issuer "entra"/],
    [
      'version: 1\ncallers: { a: { namespace: okta, groups: [dev] } }',
      /^2:43 callers\.a\.groups\[0\] is not of this issuer/,
    ],
    ['version: 1\ncallers: { a: { namespace: okta, client: x } }', /^2:42 callers\.a\.client is not of this issuer/],
    [`${HEAD}cases: [{ connection: c, method: ping, expect: allow }]`, /^3:9 cases\[0\] it says not who calls/],
    [`${HEAD}cases: [{ caller: a, method: ping, expect: allow }]`, /it says not where/],
    [
      `${HEAD}cases: [{ caller: a, connection: d, method: ping, expect: allow }]`,
      /^3:34 cases\[0\]\.connection there is no connection "d"/,
    ],
    [`${HEAD}cases: [{ caller: a, connection: c, expect: allow }]`, /it says not what is called/],
    [
      `${HEAD}cases: [{ caller: a, connection: c, method: ping, expect: deny, rule: r }]`,
      /cases\[0\]\.rule there is no rule "r"/,
    ],
    [
      `${HEAD}cases: [{ caller: a, connection: c, method: ping, expect: deny, level: l }]`,
      /cases\[0\]\.level there is no level "l"/,
    ],
    [
      `${HEAD}cases: [{ caller: a, connection: c, name: x, request: "{}", expect: deny }]`,
      /cases\[0\]\.name `request` says the whole/,
    ],
    [
      `${HEAD}tables: [{ connection: c, calls: [ping, "tools/call"], expect: { a: [allow, allow] } }]`,
      /^3:41 tables\[0\]\.calls\[1\] tools\/call needs a name/,
    ],
    [
      `${HEAD}tables: [{ connection: c, calls: [ping], expect: { a: [allow, allow] } }]`,
      /tables\[0\]\.expect\.a there are 1 calls and 2 expectations/,
    ],
    [`${HEAD}tables: [{ connection: c, calls: [ping], expect: { b: [allow] } }]`, /there is no caller "b"/],
  ] as const) {
    assert.match(problems(text), expected, text);
  }
});

test('tables that would make too many cases are refused before they are made', () => {
  const calls = Array.from({ length: 900 }, (_, n) => `x${n}`).join(', ');
  const table = `  - { connection: c, method: tools/call, calls: [${calls}], expect: { a: [${'deny, '.repeat(900)}] } }\n`;
  assert.match(problems(`${HEAD}tables:\n${table.repeat(12)}`), /more than 10000 cases/);
});
