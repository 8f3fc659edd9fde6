/** The pages on which people decide about a call, in a real browser, on a whole gateway: by everybody, also by who means ill. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { LIMITS } from '#limits.ts';
import { answerWith } from '../fakes/mcp-server.ts';
import { barriersOf, browserMissing } from './browser.ts';
import type { BrowserOptions } from './browser.ts';
import { toolCall } from './harness.ts';
import { directToken, openRig, signInAtIssuer } from './page-rig.ts';
import type { Rig } from './page-rig.ts';
import { until } from './until.ts';

const skip = browserMissing() ?? false;
const PHONE = { colorScheme: 'dark', viewport: { width: 360, height: 740 } } as const;
const HOLD = 'name: hold-deletes, when: \'method == "tools/call" && name.startsWith("delete_")\', then: hold';

type Held = Rig & {
  /** Makes a call as Ada; its answer, when it comes. */
  readonly call: (args: Record<string, unknown>) => Promise<string>;
  /** The page of the request that waits last. */
  readonly link: () => Promise<string>;
  readonly deleted: () => number;
};

async function hold(t: TestContext, options: BrowserOptions = {}, more = '', approvalHoldMs = 60_000): Promise<Held> {
  const rig = await openRig(t, options, {
    rules: `[{ ${HOLD}, approvers: ["idp:leads"], scopes: [once, call, tool]${more} }]`,
    approvals: '{ show: ["idp:privacy"] }',
    limits: { approvalHoldMs },
  });
  const { site } = rig;
  site.server.answering = answerWith({ content: [{ type: 'text', text: 'gone' }] });
  site.people.push(
    { login: 'lena@example.com', password: 'demo', uid: '00u4lena', groups: ['leads', 'privacy'] },
    { login: 'eve@example.com', password: 'demo', uid: '00u5eve', groups: ['support'] },
  );
  const token = await directToken(site);
  const requested = async (): Promise<readonly string[]> =>
    (await site.records())
      .filter(({ leaf }) => leaf.st === 'approval_requested')
      .map(({ header }) => header?.decision?.approval ?? '');
  let known = 0;
  return {
    ...rig,
    async call(args) {
      const asked = toolCall('delete_note', args);
      const response = await fetch(site.url('notes'), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify({ ...asked, params: { ...asked.params, _meta: { mode: 'force' } } }),
      });
      return response.text();
    },
    async link() {
      await until(async () => (await requested()).length > known);
      known += 1;
      const id = (await requested())[known - 1] ?? '';
      // It is in the book before anybody can be shown it.
      await until(() => site.composed().gateway.approvals.find(id) !== undefined);
      return `${site.origin}/approvals/${id}`;
    },
    deleted: () => site.server.seen.filter(({ body }) => body.includes('delete_note')).length,
  };
}

async function signIn(page: Page, link: string, login: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('button', { name: /^Sign in with/ }).click();
  await signInAtIssuer(page, login);
  await page.waitForURL(link);
}
const words = (page: Page): Promise<string> => page.innerText('main');
const isWide = (page: Page): Promise<unknown> =>
  page.evaluate('document.documentElement.scrollWidth > window.innerWidth');

for (const [name, options] of [
  ['at a desk', {}],
  ['on a phone in the dark', PHONE],
] as const satisfies readonly (readonly [string, BrowserOptions])[])
  test(
    `${name}, an approver reads each value, sees what is masked and what differs from last time, and the call that waits goes on`,
    { skip },
    async (t) => {
      const { site, page, faults, call, link, deleted } = await hold(t, options);
      const args = { id: 7, owner: 'ada@example.com', 'p\u0430th\u200b': '/etc\u202e', text: 'long '.repeat(300) };
      const many = Object.fromEntries(Array.from({ length: LIMITS.approvalPageRows }, (_, at) => [`key_${at}`, at]));
      const first = call(args);
      const one = await link();
      await signIn(page, one, 'lena@example.com');
      const text = await words(page);
      assert.match(text, /00u1ada/);
      assert.match(text, /rule hold-deletes: method == "tools\/call"/);
      assert.match(text, /\[EMAIL_ADDRESS:k1:[a-z2-7]{13}\] \(masked email address\)/);
      assert.match(text, /the server gets it as it was written/);
      assert.doesNotMatch(text, /ada@example\.com|[\u200b\u202e]/);
      assert.match(text, /beside the arguments: _meta\.mode\s+"force"/);
      assert.match(text, /а\\u\{430\}th\\u\{200b\}/);
      assert.deepEqual(await barriersOf(page), []);
      assert.equal(await isWide(page), false, 'the page can be read without scrolling sideways');
      await page.getByText('The whole of it: 1,500 characters, 1,500 bytes').click();
      assert.ok((await words(page)).split('long ').length > 300);
      assert.deepEqual(await barriersOf(page), []);

      await page.getByRole('button', { name: 'Show what is masked' }).click();
      assert.match(await words(page), /"ada@example\.com"/);
      assert.deepEqual(await barriersOf(page), []);
      const shown = (await site.records()).findLast(({ leaf }) => leaf.st === 'approval_shown');
      assert.equal(shown?.header?.caller?.subject, '00u4lena');
      await page.getByLabel('Reason (told to').fill('ticket 17');
      await page.getByRole('button', { name: 'Approve' }).click();
      assert.match(await words(page), /You approved it\./);
      assert.deepEqual(await barriersOf(page), []);
      assert.match(await first, /gone/);
      assert.equal(deleted(), 1);

      const second = call({ ...args, id: 8, more: many });
      const two = await link();
      await page.goto(two);
      const compared = await words(page);
      assert.match(compared, /changed id: was 7, is 8/);
      assert.match(compared, /added more\.key_0: 0/);
      assert.match(compared, /What this caller did last[\s\S]*delete_note on notes: ok, by the rule hold-deletes/);
      assert.deepEqual(await barriersOf(page), []);
      await page.getByRole('link', { name: /^Values 201 to/ }).click();
      assert.match(await words(page), /more\.key_199/);
      assert.deepEqual(await barriersOf(page), []);
      await page.goto(`${two}/value?row=3&from=0`);
      assert.match(await words(page), /1,500 characters/);
      assert.deepEqual(await barriersOf(page), []);

      await page.goto(`${site.origin}/me`);
      await page.getByRole('link', { name: 'Calls that wait for an approval' }).click();
      assert.match(await words(page), /Yours to decide[\s\S]*delete_note on notes/);
      assert.deepEqual(await barriersOf(page), []);
      assert.equal(await isWide(page), false);
      await page.locator(`a[href="${new URL(two).pathname}"]`).click();
      await page.getByLabel('Reason (told to').fill('not on a Friday');
      await page.getByRole('button', { name: 'Deny' }).click();
      assert.match(await words(page), /You denied it\./);
      assert.match(await second, /not on a Friday/);
      assert.equal(deleted(), 1);
      assert.deepEqual(faults, []);
    },
  );

test('an approver decides with the keyboard alone, and without any script', { skip }, async (t) => {
  const { page, call, link, deleted } = await hold(t, { javaScriptEnabled: false });
  const waiting = call({ id: 7 });
  await signIn(page, await link(), 'lena@example.com');
  await page.getByRole('radio').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await page.keyboard.type('ticket 17');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('You approved it.').waitFor();
  assert.match(await words(page), /Approved \(call\) by 00u4lena.*: ticket 17/);
  assert.match(await waiting, /gone/);
  assert.equal(deleted(), 1);
});

test(
  'whoever asks reads how it stands, says why, and takes it back; a link of theirs shows others nothing',
  { skip },
  async (t) => {
    const { site, page, call, link, deleted } = await hold(
      t,
      PHONE,
      `, asks: { reason: true, ticket: 'OPS-[0-9]+' }`,
      0,
    );
    await call({ id: 7 });
    const one = await link();
    await signIn(page, one, 'ada@example.com');
    assert.match(await words(page), /It waits for a decision[\s\S]*idp:leads/);
    assert.deepEqual(await barriersOf(page), []);
    await page.getByLabel('Reason (shown to').fill('the customer asked');
    await page.getByLabel('Ticket').fill('OPS-17');
    await page.getByRole('button', { name: 'Tell them' }).click();
    assert.match(await words(page), /They say why\s+the customer asked \(ticket OPS-17\)/);
    assert.deepEqual(await barriersOf(page), []);
    await page.getByRole('button', { name: 'Withdraw it' }).click();
    assert.match(await words(page), /You withdrew it\./);

    const other = await (await page.context().browser()?.newContext())?.newPage();
    assert.ok(other);
    await signIn(other, one, 'eve@example.com');
    assert.match(await words(other), /There is no such request, or it is not for you to see/);
    assert.deepEqual(await barriersOf(other), []);
    const withdrawn = (await site.records()).filter(({ leaf }) => leaf.st === 'approval_withdrawn');
    assert.deepEqual([withdrawn.length, withdrawn[0]?.header?.caller?.subject, deleted()], [1, '00u1ada', 0]);
  },
);

/** A page of somebody else's, on another origin. */
async function evilPage(t: TestContext, body: string): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>Prize</title>${body}`);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}

test(
  'an approver who is led to a page of somebody else decides nothing there: not by a form, not in a frame',
  { skip },
  async (t) => {
    const { site, page, call, link, deleted } = await hold(t, {}, '', 0);
    await call({ id: 7 });
    const one = await link();
    await signIn(page, one, 'lena@example.com');
    const csrf = (await page.locator('input[name=csrf]').first().getAttribute('value')) ?? '';
    assert.notEqual(csrf, '');
    const forged = await evilPage(
      t,
      `<form method="post" action="${one}"><input name="csrf" value="${csrf}"><input name="decision" value="approve">
     <input name="scope" value="tool"></form><script>document.forms[0].submit()</script>`,
    );
    const answered = page.waitForResponse((response) => response.url() === one);
    await page.goto(forged);
    assert.equal((await answered).status(), 403);
    await page.goto(await evilPage(t, `<iframe src="${one}" style="opacity:0"></iframe>`));
    await page.waitForLoadState('networkidle');
    const inside = page.frames().filter((frame) => frame !== page.mainFrame());
    assert.equal(inside.length, 1);
    for (const frame of inside) assert.equal(await frame.locator('form').count(), 0);
    assert.equal((await site.records()).filter(({ leaf }) => leaf.st === 'approval_vote').length, 0);
    assert.match(await call({ id: 7 }), /approval_required/);
    assert.equal(deleted(), 0);
  },
);
