import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWithheld, verdictOn } from '#definitions/definition-policy.ts';
import type { DefinitionPolicy } from '#definitions/definition-policy.ts';
import type { Standing } from '#definitions/known-definitions.ts';

const FINE: Standing = { isKnown: true, changed: false, hidden: false };
const CHANGED: Standing = { ...FINE, changed: true };
const HIDDEN: Standing = { ...FINE, hidden: true };
const UNKNOWN: Standing = { ...FINE, isKnown: false };
const NO_ROOM: Standing = { ...UNKNOWN, changed: true };
const ALERT: DefinitionPolicy = { change: 'alert', hidden: 'alert', unknown: 'allow' };

test('the truth table of a connection’s definitions', () => {
  const verdict = (standing: Standing, policy: Partial<DefinitionPolicy>): string => {
    const said = verdictOn(standing, { ...ALERT, ...policy });
    return said === undefined ? 'call' : `${said.effect} ${said.reason}`;
  };
  for (const standing of [FINE, CHANGED, HIDDEN, UNKNOWN, NO_ROOM]) assert.equal(verdict(standing, {}), 'call');
  assert.equal(verdict(FINE, { change: 'block', hidden: 'block', unknown: 'block' }), 'call');
  assert.equal(verdict(CHANGED, { change: 'block' }), 'deny definition_changed');
  assert.equal(verdict(CHANGED, { change: 'hold' }), 'hold definition_changed');
  assert.equal(verdict(CHANGED, { hidden: 'block', unknown: 'block' }), 'call');
  assert.equal(verdict(HIDDEN, { hidden: 'block' }), 'deny definition_hidden_text');
  assert.equal(verdict(HIDDEN, { change: 'block', unknown: 'block' }), 'call');
  assert.equal(
    verdict({ ...CHANGED, hidden: true }, { change: 'hold', hidden: 'block' }),
    'deny definition_hidden_text',
  );
  assert.equal(verdict(UNKNOWN, { unknown: 'block' }), 'deny definition_unknown');
  assert.equal(verdict(UNKNOWN, { unknown: 'hold' }), 'hold definition_unknown');
  assert.equal(verdict(UNKNOWN, { change: 'block', hidden: 'block' }), 'call');
  assert.equal(verdict(NO_ROOM, { change: 'block' }), 'deny definition_changed');
  assert.equal(verdict(NO_ROOM, { change: 'hold' }), 'hold definition_changed');
});

test('a list keeps back exactly what is blocked', () => {
  assert.equal(isWithheld(CHANGED, { ...ALERT, change: 'block' }), true);
  assert.equal(isWithheld(CHANGED, { ...ALERT, change: 'hold' }), false);
  assert.equal(isWithheld(HIDDEN, { ...ALERT, hidden: 'block' }), true);
  assert.equal(isWithheld(HIDDEN, { ...ALERT, change: 'block' }), false);
  assert.equal(isWithheld(FINE, { change: 'block', hidden: 'block', unknown: 'block' }), false);
  assert.equal(isWithheld(UNKNOWN, { change: 'alert', hidden: 'alert', unknown: 'block' }), false);
});
