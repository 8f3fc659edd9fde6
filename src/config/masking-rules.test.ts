import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMaskingRules } from '#config/masking-rules.ts';
import { pathText } from '#config/problem.ts';

const said = (masking: object): readonly string[] =>
  checkMaskingRules({ masking: { ...masking } }).map(({ path, message }) => `${pathText(path)} ${message}`);
const saidOf = (rule: object): readonly string[] => said({ rules: [rule] });

test('rules that mean something pass', () => {
  for (const rule of [
    { operator: 'redact' },
    { entities: ['EMAIL_ADDRESS'], operator: 'format', pointers: ['/params/**'], names: ['tools/call:get_*'] },
    { entities: ['SECRET'], operator: 'block' },
    { operator: 'block', copy: 'inline' },
    { operator: { partial: 2 } },
    { operator: { replace: '(removed)' } },
    { exempt: true, copy: 'inline', audience: { groups: ['okta:support'] } },
    { exempt: true, copy: 'inline', entities: ['SECRET'] },
    { exempt: true, entities: ['URL'], tools: ['search_*'] },
  ])
    assert.deepEqual(saidOf(rule), [], JSON.stringify(rule));
});

test('each rule that cannot mean anything, or would keep too much, is refused where it says so', () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{}, /^masking\.rules\[0\] the rule says neither/],
    [{ exempt: true, operator: 'redact' }, /rules\[0\] a rule that exempts has no operator/],
    [{ exempt: true, copy: 'store' }, /rules\[0\]\.copy what is kept would be looser/],
    [{ exempt: true, entities: ['SECRET', 'URL'] }, /rules\[0\]\.entities a secret is never kept/],
    [{ exempt: true, audience: { groups: ['okta:a'] } }, /rules\[0\]\.audience .*read by others/],
    [{ operator: 'block', copy: 'store' }, /operator a blocked message has no copy/],
    [{ operator: 'partial', entities: ['SECRET'] }, /operator `partial` shows something of a secret/],
    [{ operator: { partial: 3 }, entities: ['SECRET'] }, /operator `partial` shows something of a secret/],
    [{ operator: 'format', entities: ['SECRET'] }, /operator `format` shows something of a secret/],
    [
      { operator: 'format', entities: ['URL', 'CRYPTO', 'PERSON'] },
      /operator nothing of the same form can stand for URL, CRYPTO$/,
    ],
    [{ operator: 'redact', pointers: ['/a', 'params/x'] }, /pointers\[1\] this pointer does not begin with/],
    [{ operator: 'redact', pointers: ['/a~3'] }, /pointers\[0\] this pointer has a "~"/],
    [{ operator: 'redact', names: ['tools/call:'] }, /names\[0\] this pattern has no name/],
    [{ operator: { replace: 'ab' } }, /operator\.replace this text cannot be told/],
    [{ operator: { replace: 'call 911' } }, /operator\.replace this text cannot be told/],
    [{ operator: { replace: ' gone ' } }, /operator\.replace this text cannot be told/],
    [{ operator: { replace: 'a@b.c' } }, /operator\.replace this text cannot be told/],
  ];
  for (const [rule, message] of cases) {
    const [only, ...more] = saidOf(rule);
    assert.deepEqual(more, []);
    assert.match(only ?? 'nothing', message);
  }
});

test('the defaults are looked at too', () => {
  assert.match(said({ store: { operator: 'block' } })[0] ?? '', /^masking\.store\.operator to block is for/);
  assert.match(said({ inline: { operator: { replace: '1' } } })[0] ?? '', /^masking\.inline\.operator\.replace/);
  assert.deepEqual(said({ store: { operator: 'drop' }, inline: { operator: 'block' } }), []);
});
