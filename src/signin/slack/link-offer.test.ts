import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createSeal } from '#oauth/seal.ts';
import { offerKey, openOffer, sealOffer } from '#signin/slack/link-offer.ts';

const OFFER = { notifier: 'ops', team: 'T0ACME', user: 'U0ADA', untilMs: 1_000 };
const seal = createSeal(randomBytes(32), 'offers', randomBytes);

test('an offer says for whom it is until its time is over, and nothing of it can be read or changed', () => {
  const token = sealOffer(seal, OFFER);
  assert.deepEqual(openOffer(seal, token, 999), OFFER);
  assert.equal(openOffer(seal, token, 1_000), undefined);
  assert.equal(Buffer.from(token, 'base64url').toString('latin1').includes('U0ADA'), false);
  const flipped = Buffer.from(token, 'base64url');
  flipped[20] = (flipped[20] ?? 0) ^ 1;
  assert.equal(openOffer(seal, flipped.toString('base64url'), 0), undefined);
  for (const other of ['', 'x'.repeat(2_000), '../me']) assert.equal(openOffer(seal, other, 0), undefined);
});

test('an offer has one name however it is spelled', () => {
  const token = sealOffer(seal, OFFER);
  assert.deepEqual(offerKey(token), offerKey(`${token}==`));
  assert.notDeepEqual(offerKey(token), offerKey(sealOffer(seal, OFFER)));
});
