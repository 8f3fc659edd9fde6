/** The commands that `npm start` prints, run as they stand there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { freePort } from '#test/e2e/harness.ts';
import { until } from '#test/e2e/until.ts';
import { createFakeBrowser } from '#test/fakes/browser.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { walkThrough } from '#test/fakes/walk-through.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const RECORD = readFileSync(join(root, 'demo/files/customers/alder-bikes.json'), 'utf8');
const PERSONAL = ['jonas.alder@alder-bikes.example', '+1 202 555 0163', '4539 1488 0343 6467', '536-22-8714'];

type Ran = { readonly status: number | null; readonly output: string };

/** A shell in which `npm run -s gatebook -- …` is what it is, without npm in between. */
async function shell(commands: string): Promise<Ran> {
  const npm = `npm() { shift 4; "${process.execPath}" --disable-warning=ExperimentalWarning "${root}/src/bin/gatebook.ts" "$@"; }`;
  const child = spawn('sh', ['-eu', '-c', `${npm}\n${commands}`], { cwd: root });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}

/** The commands under one number of what is printed. */
function commandsOf(printed: string, step: number): string {
  const [, from = ''] = printed.split(`\n${step}. `);
  const [text = ''] = from.split(/\n(?:\d+\. |Stop with )/);
  const commands = text.split('\n').filter((line) => line.startsWith('   '));
  assert.ok(commands.length > 0, `step ${step}`);
  return commands.join('\n');
}

async function startDemo(folder: string): Promise<{ readonly printed: string; stop(): Promise<void> }> {
  const env = { ...process.env, GATEBOOK_DEMO: folder, GATEBOOK_DEMO_PORT: String(await freePort()) };
  const demo = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'demo/start.ts')], { env });
  const ended = once(demo, 'close');
  let output = '';
  const printed = new Promise<string>((resolve, reject) => {
    for (const stream of [demo.stdout, demo.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('Stop with Ctrl-C')) resolve(output);
      });
    demo.once('close', () => reject(new Error(output)));
  });
  return {
    printed: await printed,
    async stop() {
      demo.kill('SIGINT');
      await ended;
    },
  };
}

test('the demo shows a masked answer, its event, and why each value was found', async (t) => {
  const demo = await startDemo(join(temporaryDirectory(t), 'demo'));
  t.after(() => demo.stop());
  for (const value of PERSONAL) assert.ok(RECORD.includes(value), value);

  const answer = await shell([1, 2].map((step) => commandsOf(demo.printed, step)).join('\n'));
  assert.equal(answer.status, 0, answer.output);
  assert.match(answer.output, /Alder Bikes/);
  for (const value of PERSONAL) assert.equal(answer.output.includes(value), false, answer.output);
  const tokenOf = (type: string): string =>
    new RegExp(`\\[${type}:k1:[a-z2-7]{13}\\]`).exec(answer.output)?.[0] ?? assert.fail(`${type}: ${answer.output}`);
  const tokens = ['EMAIL_ADDRESS', 'PHONE_NUMBER', 'CREDIT_CARD', 'US_SSN', 'SECRET'].map(tokenOf);
  assert.equal(new Set(tokens).size, 5);

  const event = await shell(commandsOf(demo.printed, 6));
  assert.equal(event.status, 0, event.output);
  assert.match(event.output, /name: read_text_file/);
  for (const type of ['EMAIL_ADDRESS', 'PHONE_NUMBER', 'CREDIT_CARD', 'US_SSN', 'SECRET'])
    assert.match(event.output, new RegExp(`"type":"${type}","pointer":"/result/`));
  assert.match(event.output, /verified: true/);
  for (const value of PERSONAL) assert.equal(event.output.includes(value), false);

  const why = await shell(commandsOf(demo.printed, 7));
  assert.equal(why.status, 0, why.output);
  assert.match(why.output, /"type":"CREDIT_CARD".*"reasons":\["check digit, visa","key names CREDIT_CARD"\]/);
  for (const type of ['PHONE_NUMBER', 'CREDIT_CARD', 'US_SSN']) assert.ok(why.output.includes(tokenOf(type)), type);
});

test('the demo holds a call until somebody else agrees, on the command line', async (t) => {
  const demo = await startDemo(join(temporaryDirectory(t), 'demo'));
  t.after(() => demo.stop());
  const steps = `${commandsOf(demo.printed, 1)}\n${commandsOf(demo.printed, 9)}\nwait`;
  const { status, output } = await shell(steps);
  assert.equal(status, 0, output);
  assert.match(output, /apr_[a-z2-7]{26}: approved \(once\), usable until /, output);
  assert.match(output, /Entities deleted successfully/, output);
  assert.match(output, /story of apr_[^]* asked [^]* voted [^]*"trying it out"[^]* sent /, output);
});

test('the demo holds a call until somebody agrees in the channel that stands for Slack', async (t) => {
  const demo = await startDemo(join(temporaryDirectory(t), 'demo'));
  t.after(() => demo.stop());
  const step = demo.printed.split('\n10. ')[1] ?? '';
  const [, channel = ''] = /^The same in a channel\. (http:\S+) is/.exec(step) ?? [];
  const [, me = ''] = /\((http:\S+\/me),/.exec(step) ?? [];
  const browser = createFakeBrowser();
  const signedIn = await walkThrough(browser, me, { login: 'grace@example.com', stopAt: 'http://never' });
  assert.match(signedIn.words, /grace@example\.com/);
  const running = shell(`${commandsOf(demo.printed, 1)}\n${commandsOf(demo.printed, 10)}`);

  const load = () => browser.open(`${channel}/`);
  let page = await load();
  await until(async () => (page = await load()).words.includes('A call waits for an approval'));
  assert.equal(page.words.includes('blue-heron'), false, 'the channel learns no argument');
  // What is asked is shown once the index has it; until then the button says so.
  await until(async () => {
    if (!page.words.includes('Open before Grace')) page = await browser.submit(page, 'Review', { user: 'U0GRACE' });
    return page.words.includes('Open before Grace');
  });
  assert.match(page.words, /"blue-heron"/);
  page = await browser.submit(page, 'Decide', { verdict: 'once', reason: 'trying it out' });
  assert.match(page.words, /Your decision is taken/);
  const { status, output } = await running;
  assert.equal(status, 0, output);
  assert.match(output, /Entities deleted successfully/, output);
  await until(async () => (page = await load()).words.includes('trying it out'));
  assert.equal(page.forms.length, 0, 'nothing is left to press');
});

test('a client that is told an address opens the browser, and calls a tool as whoever signs in there', async (t) => {
  const demo = await startDemo(join(temporaryDirectory(t), 'demo'));
  t.after(() => demo.stop());
  const command = commandsOf(demo.printed, 4);
  assert.match(command, /npm run -s demo:client -- --sign-in$/m);
  const [, port = ''] = /GATEBOOK_DEMO_PORT=(\d+)/.exec(command) ?? [];
  const client = spawn(process.execPath, [join(root, 'demo/client.ts'), '--sign-in'], {
    env: { ...process.env, GATEBOOK_DEMO_PORT: port },
  });
  let output = '';
  const told = Promise.withResolvers<string>();
  for (const stream of [client.stdout, client.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [, url] = /^ {2}(http:\S+)\s*$/m.exec(output) ?? [];
      if (url !== undefined) told.resolve(url);
    });
  const ended = once(client, 'close');
  const url = await Promise.race([told.promise, ended.then(() => assert.fail(output))]);
  const stopAt = new URL(url).searchParams.get('redirect_uri') ?? '';
  const back = await walkThrough(createFakeBrowser(), url, { login: 'grace@example.com', stopAt });
  await fetch(back.url);
  await ended;
  assert.match(output, /read_text_file blue-heron\.json -> [\s\S]*Blue Heron/, output);
});
