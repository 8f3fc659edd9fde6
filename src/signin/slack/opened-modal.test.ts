import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createSeal } from '#oauth/seal.ts';
import { aboutMember, isStill, openModal, sealModal } from '#signin/slack/opened-modal.ts';
import { anApproval } from '#test/fakes/approval.ts';

const ADA = { notifier: 'ops', team: 'T0ACME', user: 'U0ADA' };
const seal = createSeal(randomBytes(32), 'modals', randomBytes);

test('what a modal was opened with comes back for that member alone, and fits where Slack keeps it', () => {
  const sealed = sealModal(seal, ADA, anApproval(), 99);
  assert.ok(sealed.length <= 3_000);
  assert.equal(openModal(seal, ADA, sealed)?.untilMs, 99);
  for (const other of [{ notifier: 'x' }, { team: 'T0EVIL' }, { user: 'U0EVE' }])
    assert.equal(openModal(seal, { ...ADA, ...other }, sealed), undefined);
  assert.equal(openModal(createSeal(randomBytes(32), 'modals', randomBytes), ADA, sealed), undefined);
  assert.equal(openModal(seal, ADA, `${sealed.slice(0, -1)}${sealed.endsWith('A') ? 'Q' : 'A'}`), undefined);
  assert.equal(openModal(seal, ADA, ''), undefined);
  assert.equal(aboutMember(ADA), 'ops T0ACME U0ADA');
});

test('it is for one request, as it was', () => {
  const opened = openModal(seal, ADA, sealModal(seal, ADA, anApproval(), 99)) ?? assert.fail();
  assert.equal(isStill(opened, anApproval()), true);
  for (const other of [{ id: 'apr_2' }, { revision: 2 }, { fingerprint: new Uint8Array(32) }])
    assert.equal(isStill(opened, anApproval(other)), false);
});
