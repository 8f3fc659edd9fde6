/** gatebook.yaml: never an exception, every problem at a place in the file, and what loads can decide about calls. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { loadConfig } from '#config/load.ts';
import { policySettings } from '#config/policy-settings.ts';
import { createPolicy } from '#policy/policy.ts';
import { fuzzTarget } from '../target.ts';
import type { FuzzTarget } from '../target.ts';

const EXAMPLE = readFileSync(new URL('../../../docs/examples/gatebook.yaml', import.meta.url), 'utf8');
const SMALL = `version: 1
deployment: acme
issuers: { okta: { preset: okta, issuer: "https://acme.okta.com", audiences: [x] } }
connections:
  a: { upstream: { type: http, url: "https://h/mcp" }, credential: { type: bearer, secret: env:TOKEN } }
  b: { upstream: { type: stdio, command: x, args: [--y], env: { K: env:TOKEN } } }
levels: { read: { allow: ["tools/call:get_*"] }, write: { extends: read, allow: ["*"], deny: ["resources/read:file:///a/*"] } }
grants: [{ groups: ["okta:g"], connections: [a, "*"], level: write }]
rules: [{ name: r, when: 'method == "tools/call" && has(args.n) && args.n > 1', then: hold }]
limits: { messageBytes: 65536 }
`;
/** What must not be repeated by any problem: somebody wrote the secret itself where a reference belongs. */
const SECRET = 'hunter2-in-clear';
const WITH_SECRET = SMALL.replace('secret: env:TOKEN', `secret: ${SECRET}`);

const scalar = fc.oneof(
  fc.constantFrom(
    '1',
    'true',
    'null',
    '""',
    'x',
    '"*"',
    '[]',
    '{}',
    '~',
    '.inf',
    '0x1f',
    '*a',
    '&a x',
    '!!str 1',
    '|\n  x',
    'okta:g',
    'env:TOKEN',
    '-1',
  ),
  fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text)),
);
const KEYS = [
  'version',
  'deployment',
  'server',
  'issuers',
  'connections',
  'levels',
  'grants',
  'rules',
  'masking',
  'limits',
  'keys',
  'data',
  'roles',
  '__proto__',
  '<<',
];
const made = fc
  .array(
    fc.tuple(
      fc.constantFrom(...KEYS),
      fc.oneof(
        scalar,
        fc.array(scalar, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
        fc.tuple(scalar, scalar).map(([key, value]) => `{ ${key}: ${value} }`),
      ),
    ),
    { maxLength: 8 },
  )
  .map(
    (members) =>
      `${SMALL.split('\n')
        .slice(0, 1 + (members.length % 9))
        .join('\n')}\n${members.map(([key, value]) => `${key}: ${value}`).join('\n')}\n`,
  );

export const configTarget = (load: typeof loadConfig = loadConfig): FuzzTarget =>
  fuzzTarget({
    name: 'config',
    // The operator's own file, read at the start and on reload: the YAML library takes 2 ms per KB of it.
    msMax: 400,
    corpus: [SMALL, EXAMPLE, WITH_SECRET].map((text) => Buffer.from(text)),
    words: [
      ...KEYS.map((key) => `${key}: `),
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ': ',
      '"',
      "'",
      '#',
      '&a ',
      '*a',
      '!!binary ',
      '---\n',
      '...\n',
      '|\n',
      '>-\n',
      '? ',
      '\t',
      '\0',
      '\u2028',
      '%YAML 1.1\n',
      '<<: *a',
    ],
    made: made.map((text) => Buffer.from(text)),
    run: (input) =>
      load({
        file: '/etc/gatebook/gatebook.yaml',
        text: input.toString('utf8'),
        env: { TOKEN: 'value-of-token', GITHUB_TOKEN: 'x', NOTES_KEY: 'y' },
        readFile: () => {
          throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
        },
      }),
    verify(input, loaded) {
      if (loaded.ok) {
        const policy = createPolicy(policySettings(loaded.value));
        assert.ok(policy.ok, 'a configuration was loaded whose policy cannot be made');
        const caller = {
          issuer: 'i',
          namespace: 'okta',
          subject: 's',
          kind: 'person',
          groups: ['okta:g'],
          client: undefined,
          scopes: [],
        } as const;
        policy.value.decide({
          caller,
          connection: 'a',
          method: 'tools/call',
          name: 'get_a',
          args: {},
          findings: [],
          nowMs: 0,
        });
        return 'accepted';
      }
      assert.ok(loaded.error.length > 0, 'refused without a problem');
      const lines = input.toString('utf8').split(/\r\n|\r|\n/).length;
      for (const { line, column, message, fix } of loaded.error) {
        assert.ok(line >= 1 && line <= lines + 1 && column >= 1, `a problem at ${line}:${column} of ${lines} lines`);
        assert.ok(message !== '' && fix !== '', 'a problem without words');
        assert.ok(!`${message} ${fix}`.includes('value-of-token'), 'a problem says a secret');
      }
      return 'refused';
    },
  });
