import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADA, ID, startApprovalSite } from '#test/fakes/approval-site.ts';
import { TERMS } from '#test/fakes/approval.ts';
import { enterHeld } from '#test/fakes/gateway.ts';
import { headerOf, LATCHED } from '#test/fakes/ledger.ts';

const LEADS = ['okta:leads'];
const FAR_MS = Date.UTC(2027, 0, 1);
const YES = { decision: 'approve', scope: 'once' };

test('an approver decides on the page, and the decision counts', async (t) => {
  const { sitting, found } = await startApprovalSite(t);
  const lena = await sitting('lena', LEADS);
  const page = await lena.press({ csrf: lena.csrf, decision: 'approve', scope: 'call', reason: 'ticket 17' });
  assert.match(page.words, /You approved it\./);
  assert.equal(found()?.state, 'approved');
  assert.equal(found()?.votes[0]?.reason, 'ticket 17');
  assert.equal(page.forms.length, 0, 'there is nothing left to decide');
});

test('whoever signed in long ago proves once more who they are, and decides nothing before', async (t) => {
  const { site, sitting, found, origin } = await startApprovalSite(t, {}, { expiresMs: FAR_MS });
  const lena = await sitting('lena', LEADS);
  site.clock.nowMs += 10 * 60_000;
  const page = await lena.page();
  assert.match(page.text, /Sign in again/);
  assert.equal(page.forms.length, 0);
  const sent = await lena.press({ csrf: lena.csrf, ...YES });
  assert.equal(sent.url, `${origin}/signin?to=%2Fapprovals%2F${ID}&fresh=1`);
  assert.equal(found()?.state, 'pending');
});

test('what is masked is shown to whom the configuration names alone, from memory, after it is in the book', async (t) => {
  const { sitting, gateway, acts } = await startApprovalSite(t);
  const sent = Buffer.from('{"params":{"arguments":{"to":"ada@example.com","n":1.0}}}');
  const leave = enterHeld(gateway, ID, sent);
  const lena = await sitting('lena', LEADS);
  assert.doesNotMatch((await lena.page()).text, /\/show"/);
  assert.equal((await lena.press({ csrf: lena.csrf }, {}, '/show')).status, 403);
  const pia = await sitting('pia', [...LEADS, 'okta:privacy']);
  assert.match((await pia.page()).text, /\/show"/);
  const before = acts().length;
  const shown = await pia.press({ csrf: pia.csrf }, {}, '/show');
  assert.match(shown.words, /to "ada@example\.com"/);
  assert.match(shown.words, /n 1\.0/);
  assert.deepEqual(acts().slice(before), ['approval_shown']);
  const header = headerOf(gateway.ledger.entries.at(-1));
  assert.deepEqual([header.caller?.subject, header.decision?.approval], ['pia', ID]);
  assert.equal(JSON.stringify(gateway.ledger.entries).includes('ada@example.com'), false);

  gateway.ledger.refusing = () => LATCHED;
  const refused = await pia.press({ csrf: pia.csrf }, {}, '/show');
  assert.deepEqual([refused.status, refused.text.includes('ada@example.com')], [503, false]);
  gateway.ledger.refusing = () => undefined;
  leave();
  const gone = await pia.press({ csrf: pia.csrf }, {}, '/show');
  assert.match(gone.words, /does not wait in this process/);
  assert.doesNotMatch(gone.text, /ada@example\.com/);
});

test('to see what is masked, one proves lately who one is', async (t) => {
  const { site, sitting, gateway, acts } = await startApprovalSite(t, {}, { expiresMs: FAR_MS });
  enterHeld(gateway, ID, Buffer.from('{"params":{"arguments":{"to":"ada@example.com"}}}'));
  const pia = await sitting('pia', [...LEADS, 'okta:privacy']);
  site.clock.nowMs += 10 * 60_000;
  const sent = await pia.press({ csrf: pia.csrf }, {}, '/show');
  assert.match(sent.url, /\/signin\?to=.*fresh=1/);
  assert.deepEqual(acts(), []);
});

test('whoever asks sees how it stands, says why, once, and withdraws; nobody else does any of it for them', async (t) => {
  const terms = { ...TERMS, asks: { reason: true, ticket: 'OPS-[0-9]+' } };
  const { sitting, found, acts, gateway } = await startApprovalSite(t, {}, { terms });
  const lena = await sitting('lena', LEADS);
  assert.doesNotMatch((await lena.page()).text, /value="approve"/);
  assert.match((await lena.press({ csrf: lena.csrf, ...YES })).words, /whoever asks has not said why yet/);
  const why = { reason: 'the customer asked', ticket: 'OPS-17' };
  assert.match(
    (await lena.press({ csrf: lena.csrf, ...why }, {}, '/statement')).words,
    /only whoever asks can say why/,
  );
  assert.equal((await lena.press({ csrf: lena.csrf }, {}, '/withdraw')).status, 403);

  const ada = await sitting('ada', []);
  assert.match((await ada.page()).words, /It waits for a decision.*okta:leads.*Say why/);
  assert.match(
    (await ada.press({ csrf: ada.csrf, ...why, ticket: 'x' }, {}, '/statement')).words,
    /does not have the form/,
  );
  assert.match((await ada.press({ csrf: ada.csrf, ...why }, {}, '/statement')).words, /They can read now why you ask/);
  assert.match((await ada.press({ csrf: ada.csrf, ...why }, {}, '/statement')).words, /it was said before/);
  const page = await lena.page();
  assert.match(page.words, /They say why the customer asked \(ticket OPS-17/);
  assert.match(page.text, /value="approve"/);

  assert.match((await ada.press({ csrf: ada.csrf }, {}, '/withdraw')).words, /You withdrew it\./);
  assert.equal(found()?.state, 'withdrawn');
  const withdrawn = gateway.ledger.entries.find(({ st }) => st === 'approval_withdrawn');
  assert.equal(headerOf(withdrawn).caller?.subject, 'ada');
  assert.equal(acts().filter((act) => act === 'approval_statement').length, 1);
  assert.match((await ada.press({ csrf: ada.csrf }, {}, '/withdraw')).words, /It was over already/);
});

test('whoever answers for a service account sees what it asks, says why and withdraws it, and decides nothing of it', async (t) => {
  const requester = {
    ...ADA,
    subject: 'nightly',
    kind: 'service_account',
    owner: { ...ADA, subject: 'otto' },
  } as const;
  const { sitting, found } = await startApprovalSite(t, {}, { requester });
  const otto = await sitting('otto', LEADS);
  const page = await otto.page();
  assert.match(page.words, /nightly.*otto of https:\/\/acme\.okta\.com answers for it/);
  assert.doesNotMatch(page.text, /name="decision"/);
  assert.match((await otto.press({ csrf: otto.csrf, reason: 'monthly' }, {}, '/statement')).words, /They can read now/);
  assert.match((await otto.press({ csrf: otto.csrf }, {}, '/withdraw')).words, /You withdrew it/);
  assert.equal(found()?.state, 'withdrawn');
});

test('an auditor changes nothing, also not what they ask for themselves', async (t) => {
  const { sitting, found } = await startApprovalSite(t);
  const ada = await sitting('ada', ['okta:audit']);
  assert.equal((await ada.page()).forms.length, 0);
  assert.equal((await ada.press({ csrf: ada.csrf, reason: 'x' }, {}, '/statement')).status, 400);
  assert.equal((await ada.press({ csrf: ada.csrf }, {}, '/withdraw')).status, 403);
  assert.deepEqual([found()?.state, found()?.statement], ['pending', undefined]);
});
