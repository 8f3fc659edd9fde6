import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '#config/load.ts';
import { checkMaskingPatterns } from '#config/masking-patterns.ts';
import { maskingSettings } from '#config/masking-settings.ts';
import { pathText, problemText } from '#config/problem.ts';
import { LIMITS } from '#limits.ts';

const BADGE = { name: 'badge', pattern: 'B-\\d{4}' };
const said = (masking: object): readonly string[] =>
  checkMaskingPatterns({ masking: { ...masking } }).map(({ path, message }) => `${pathText(path)} ${message}`);

const load = (masking: string) =>
  loadConfig({
    file: '/etc/gatebook.yaml',
    text: `version: 1\ndeployment: acme\nmasking:\n${masking}`,
    env: {},
    readFile: () => '',
  });
const problems = (masking: string): readonly string[] => {
  const loaded = load(masking);
  return loaded.ok ? [] : loaded.error.map(problemText);
};

test('a pattern says as little as its name and its pattern, and its entity is one that rules can name', () => {
  const loaded = load(`  patterns:
    - { name: employee-id, pattern: "E\\\\d{6}" }
    - { name: account, pattern: "acct (\\\\d+)", entity: US_BANK_NUMBER, group: 1, score: 0.3, context: [iban, konto] }
  inline: { detectors: [EMPLOYEE_ID] }
  rules: [{ entities: [EMPLOYEE_ID, US_BANK_NUMBER], operator: redact }]
`);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.deepEqual(maskingSettings(loaded.value.config).patterns, [
    { name: 'employee-id', pattern: 'E\\d{6}', entity: 'EMPLOYEE_ID', group: 0, score: 0.9, context: [] },
    {
      name: 'account',
      pattern: 'acct (\\d+)',
      entity: 'US_BANK_NUMBER',
      group: 1,
      score: 0.3,
      context: ['iban', 'konto'],
    },
  ]);
});

test('a pattern that cannot be used is refused with line, column, the reason and what to write instead', () => {
  for (const [pattern, message] of [
    ['(?<=no )\\\\d+', 'RE2 has no look-around; write what stands beside the value into the pattern'],
    ['(a', 'missing closing ): `\\(a`; write it in the syntax of RE2'],
    ['x*', 'it matches the empty text, so it would match everywhere; ask for one character'],
  ] as const)
    assert.match(
      problems(`  patterns:\n    - { name: a, pattern: "B" }\n    - { name: b, pattern: "${pattern}" }\n`).join('\n'),
      new RegExp(
        `^/etc/gatebook\\.yaml:6:27: masking\\.patterns\\[1\\]\\.pattern: this pattern cannot be used: ${message.replaceAll(/[)]/g, '\\)').replaceAll('\\\\(', '\\(')}[^\\n]*$`,
      ),
    );
  assert.match(said({ patterns: [BADGE, BADGE] })[0] ?? '', /^masking\.patterns\[1\]\.name "badge" is the name/);
  assert.match(said({ patterns: [{ ...BADGE, group: 2 }] })[0] ?? '', /^masking\.patterns\[0\]\.group it has 0 groups/);
  assert.match(said({ patterns: [{ ...BADGE, score: 0.2 }] })[0] ?? '', /^masking\.patterns\[0\]\.score below/);
});

test('what has the wrong shape is refused by name, and there are only so many', () => {
  for (const [pattern, message] of [
    ['{ name: Badge, pattern: a }', /patterns\[0\]\.name: .*a-z/],
    ['{ name: a, pattern: a, entity: badge }', /patterns\[0\]\.entity: .*capitals/],
    ['{ name: a, pattern: a, context: [Employee] }', /patterns\[0\]\.context\[0\]: .*small letters/],
    ['{ name: a, pattern: a, score: 2 }', /patterns\[0\]\.score/],
    ['{ name: a, regex: a }', /regex/],
    ['{ name: a, pattern: 5 }', /patterns\[0\]\.pattern/],
  ] as const)
    assert.match(problems(`  patterns: [${pattern}]\n`).join('\n'), message);
  const many = Array.from({ length: LIMITS.customPatterns + 1 }, (_, at) => `{ name: a${at}, pattern: a }`);
  assert.match(problems(`  patterns: [${many.join(', ')}]\n`).join('\n'), /masking\.patterns/);
});

test('an entity that nobody finds is refused wherever it is named', () => {
  const lists = {
    store: { detectors: ['BADGE', 'PERSON'] },
    inline: { detectors: ['BADGES'] },
    rules: [{ entities: ['SECRET', 'CREDITCARD'] }],
  };
  assert.deepEqual(said({ ...lists, patterns: [BADGE] }), [
    'masking.inline.detectors[0] there is no entity "BADGES"',
    'masking.rules[0].entities[1] there is no entity "CREDITCARD"',
  ]);
  assert.equal(said(lists).length, 3);
  assert.deepEqual(said({ patterns: [{ ...BADGE, entity: 'BADGES' }], inline: lists.inline }), []);
});
