/** A gateway that stops in the middle of an export: nobody may take what they have of it for the whole. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Command } from 'commander';
import { register } from '#cli/events-export.ts';
import { EXIT_UNAVAILABLE, type ExitCode } from '#cli/exit-codes.ts';
import type { CliIo } from '#cli/io.ts';
import { startTestGateway, type TestGateway, toolCall } from './harness.ts';

/** More than the sockets between the two hold, so that the gateway is in the middle as long as the client does not read. */
const CALLS = 48;
const ARGUMENT = 'x'.repeat(512 * 1024);

async function filled(t: TestContext): Promise<TestGateway> {
  const gateway = await startTestGateway(t, { limits: { drainMs: 0 } });
  for (let call = 0; call < CALLS; call += 1)
    await gateway.post('notes', JSON.stringify(toolCall('get_note', { title: ARGUMENT })));
  await gateway.recordWhere(({ leaf }) => leaf.kind === 'result' && leaf.n >= 2 * CALLS);
  await gateway.api(`/api/v1/events?wait=a:${gateway.composed.ledger.watermark().size - 1}`);
  return gateway;
}

test('the export command says that it has not the whole when the gateway stops meanwhile', async (t) => {
  const gateway = await filled(t);
  const full = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let [chars, errors] = [0, ''];
  let code: ExitCode | undefined;
  const io: CliIo = {
    // Takes a piece and no more until it is told to go on.
    stdout: {
      write: (text) => void (chars += text.length),
      writableNeedDrain: true,
      once: (event, listener) => {
        if (event === 'drain') void goOn.promise.then(listener);
        full.resolve();
      },
    },
    stderr: { write: (text) => void (errors += text) },
    env: { GATEBOOK_TOKEN: await gateway.apiToken(['auditors']) },
    cwd: '/',
    exit: (given) => (code = given),
  };
  const program = new Command('gatebook').exitOverride();
  register(program, io);
  const exported = program.parseAsync(['node', 'gatebook', 'events', 'export', '--payloads', '--url', gateway.origin]);
  await full.promise;
  const stopped = gateway.stop();
  while (gateway.composed.server.listening) await new Promise((next) => setImmediate(next));
  goOn.resolve();
  await exported;
  await stopped;
  assert.equal(code, EXIT_UNAVAILABLE, errors);
  assert.match(errors, /not the whole/);
  assert.ok(chars > 0 && chars < CALLS * ARGUMENT.length, `it had all of it: ${chars}`);
});
