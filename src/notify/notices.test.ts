import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import { createNotices } from '#notify/notices.ts';
import { err } from '#result.ts';
import { createFakeNotifier, createNoticesDisk, createNoticesRig } from '#test/fakes/notices.ts';
import { until } from '#test/e2e/until.ts';

test('everybody who is named is told of what changes, each once', async () => {
  const { parts, ask, end, store } = createNoticesRig();
  const notices = createNotices(parts);
  const [mail, chat] = [createFakeNotifier('mail', 'email'), createFakeNotifier('chat', 'slack')];
  await notices.use([mail, chat]);
  const asked = await ask();
  notices.changed(asked);
  notices.changed(asked);
  await until(() => store.all().filter(({ state }) => state === 'told').length === 2);
  await end('apr_1', { state: 'approved', usableUntilMs: 99_000 });
  notices.changed(asked);
  await until(() => store.all().filter(({ isOver }) => isOver).length === 2);
  for (const { heard } of [mail, chat])
    assert.deepEqual(
      heard.map(({ news }) => news.state),
      ['pending', 'approved'],
    );
  assert.deepEqual(notices.counts().email, { told: 2, failed: 0, dead: 0 });
  await notices.stop();
});

test('what a process did not get to before it died is found by the next, and by those that run', async () => {
  const disk = createNoticesDisk();
  const dying = createNoticesRig(disk);
  await dying.ask({ id: 'apr_1' });
  const { parts, ask, end, store, pass } = createNoticesRig(disk);
  const notices = createNotices(parts);
  const mail = createFakeNotifier();
  await notices.use([mail]);
  await until(() => store.find('ops', 'apr_1')?.state === 'told');
  // Nobody says that these changed.
  await ask({ id: 'apr_2' });
  await end('apr_1', { state: 'expired' });
  notices.poll();
  assert.equal(mail.heard.length, 1, 'not looked for all the time');
  pass(LIMITS.noticeSweepMs);
  notices.poll();
  await until(() => store.all().every(({ state }) => state === 'told') && mail.heard.length === 3);
  assert.deepEqual(mail.heard.map(({ news }) => `${news.id} ${news.state}`).toSorted(), [
    'apr_1 expired',
    'apr_1 pending',
    'apr_2 pending',
  ]);
  await notices.stop();
});

test('one that hangs keeps nobody from being told, and at the end nobody waits for it', async () => {
  const { parts, ask, store } = createNoticesRig();
  const notices = createNotices(parts);
  const [hanging, mail] = [createFakeNotifier('hanging'), createFakeNotifier('mail', 'email')];
  hanging.answer = () => new Promise(() => undefined);
  await notices.use([hanging, mail]);
  for (let at = 0; at < 3 * LIMITS.noticesAtOnce; at += 1) notices.changed(await ask({ id: `apr_${at}` }));
  await until(() => store.all().filter(({ state }) => state === 'told').length === 3 * LIMITS.noticesAtOnce);
  assert.equal(hanging.heard.length, LIMITS.noticesAtOnce);
  await notices.stop();
  assert.equal(store.find('hanging', 'apr_0')?.dueMs, parts.clock());
});

test('what found no place in memory is not lost', async () => {
  const { parts, ask, store } = createNoticesRig(createNoticesDisk(), {
    noticesQueued: 2,
    noticesAtOnce: 1,
  });
  const notices = createNotices(parts);
  const mail = createFakeNotifier();
  await notices.use([mail]);
  for (let at = 0; at < 6; at += 1) notices.changed(await ask({ id: `apr_${at}` }));
  await until(() => {
    notices.poll();
    return store.all().filter(({ state }) => state === 'told').length === 6;
  });
  assert.equal(mail.heard.length, 6);
  await notices.stop();
});

test('who is added hears of what waits, who is gone hears nothing more, who stays hears nothing twice', async () => {
  const { parts, ask, store } = createNoticesRig();
  const notices = createNotices(parts);
  const [one, two] = [createFakeNotifier('one'), createFakeNotifier('two')];
  await notices.use([one]);
  notices.changed(await ask({ id: 'apr_1' }));
  await until(() => store.find('one', 'apr_1')?.state === 'told');
  await notices.use([one, two]);
  await until(() => store.find('two', 'apr_1')?.state === 'told');
  assert.equal(one.heard.length, 1);
  await notices.use([two]);
  notices.changed(await ask({ id: 'apr_2' }));
  await until(() => store.find('two', 'apr_2')?.state === 'told');
  assert.equal(one.heard.length, 1);
  await notices.stop();
});

test('a changed notifier, and a new start, try again what was given up while people can still decide', async () => {
  const { parts, ask, end, store } = createNoticesRig();
  const notices = createNotices(parts);
  const broken = createFakeNotifier();
  broken.answer = async () => err({ reason: 'status_401', isFinal: true });
  await notices.use([broken]);
  for (const id of ['apr_1', 'apr_2']) notices.changed(await ask({ id }));
  await until(() => store.all().filter(({ state }) => state === 'dead').length === 2);
  await end('apr_2', { state: 'denied' });
  await notices.use([broken]);
  assert.equal(broken.heard.length, 2, 'nothing changed');
  const mended = createFakeNotifier();
  await notices.use([mended]);
  await until(() => store.find('ops', 'apr_1')?.state === 'told');
  assert.deepEqual(
    mended.heard.map(({ news }) => news.id),
    ['apr_1'],
  );
  assert.deepEqual(notices.counts().webhook, { told: 1, failed: 2, dead: 2 });
  await notices.stop();
});

test('a store that cannot be read is said, and tells nobody until it can', async () => {
  const { parts, approvals, faults } = createNoticesRig();
  const notices = createNotices(parts);
  const mail = createFakeNotifier();
  await notices.use([mail]);
  approvals.fail();
  notices.changed({ id: 'apr_1' });
  await until(() => faults.length > 0);
  assert.equal(mail.heard.length, 0);
  await notices.stop();
});

test('after the end nothing is told', async () => {
  const { parts, ask } = createNoticesRig();
  const notices = createNotices(parts);
  const mail = createFakeNotifier();
  await notices.use([mail]);
  await notices.stop();
  notices.changed(await ask());
  notices.poll();
  await new Promise((next) => setImmediate(next));
  assert.equal(mail.heard.length, 0);
});
