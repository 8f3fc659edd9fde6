/** Floors for what the detectors find, on the small fixed part of the sets that is in this repository. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracy } from './accuracy.ts';
import { labelledDoc, labelledText } from './labelled.ts';
import { f1Of, precisionOf, recallOf, score } from './score.ts';

const result = accuracy(200, 1_000);

const FLOORS: Readonly<Record<string, { readonly prose: number; readonly json: number }>> = {
  EMAIL_ADDRESS: { prose: 0.99, json: 0.95 },
  US_SSN: { prose: 0.99, json: 0.99 },
  IBAN_CODE: { prose: 0.99, json: 0.99 },
  IP_ADDRESS: { prose: 0.99, json: 0.99 },
  CREDIT_CARD: { prose: 0.97, json: 0.97 },
  PHONE_NUMBER: { prose: 0.85, json: 0.95 },
  PERSON: { prose: 0.65, json: 0.95 },
};

test('each entity is found at least as well as promised, in prose and in documents', () => {
  for (const [name, { scores }] of Object.entries(result.sets)) {
    for (const [type, floors] of Object.entries(FLOORS)) {
      const one = scores.find((score) => score.type === type);
      if (one === undefined) continue;
      const floor = name.startsWith('prose') ? floors.prose : floors.json;
      assert.ok(f1Of(one) >= floor, `${name} ${type}: F1 ${f1Of(one)}`);
      if (type === 'CREDIT_CARD') assert.ok(precisionOf(one) >= 0.99, `${name}: precision ${precisionOf(one)}`);
    }
    const secrets = scores.find(({ type }) => type === 'SECRET');
    assert.ok(secrets !== undefined && recallOf(secrets) >= 0.9, `${name}: recall of secrets`);
  }
});

test('secrets are found in the formats of nine providers of ten', () => {
  assert.ok(result.secretCount >= 90);
  assert.ok(result.missedSecrets.length / result.secretCount <= 0.1, result.missedSecrets.join('\n'));
});

test('what is clean stays as it is, and no more than one decoy in a thousand is taken for something', () => {
  assert.ok(result.cleanFlagged.length / result.cleanCount <= 0.05, result.cleanFlagged.join('\n'));
  assert.ok(result.decoyHits.length / result.decoyCount <= 0.001, JSON.stringify(result.decoyHits.slice(0, 5)));
});

test('a measure that finds nothing, or too much, says so', () => {
  const missed = score([labelledText('nothing here is «US_SSN|a number»')]).scores[0];
  assert.ok(missed !== undefined);
  assert.deepEqual([recallOf(missed), f1Of(missed)], [0, 0]);
  const wrong = score([labelledText('ada@example.com')]).scores[0];
  assert.ok(wrong !== undefined);
  assert.equal(precisionOf(wrong), 0);
  const right = labelledDoc({ a: ['x «EMAIL_ADDRESS|ada@example.com»'], n: '#«CREDIT_CARD|4111111111111111»' });
  assert.deepEqual(right.doc, { a: ['x ada@example.com'], n: 4111111111111111 });
  assert.deepEqual(score([right]).scores.map(f1Of), [1, 1]);
});
