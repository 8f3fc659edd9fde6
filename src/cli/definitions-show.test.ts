import assert from 'node:assert/strict';
import { test } from 'node:test';
import { register } from '#cli/definitions-show.ts';
import { listedDefinitions } from '#test/fakes/listed-definitions.ts';

test('a change is shown with its hidden characters, from the data directory and from a gateway alike', async (t) => {
  const { here, there } = await listedDefinitions(t, register);
  const [local, remote] = [await here('show', 'notes', 'get'), await there(['show', 'notes', 'get'])];
  assert.deepEqual([local.code, remote.code, local.stdout], [0, 0, remote.stdout]);
  assert.match(local.stdout, /^- +"description": "Gets\."/m);
  assert.match(local.stdout, /^\+ +"description": "Gets\.\\u\{200b\}"/m);
  assert.match(local.stdout, /hidden text at \/description: zero_width/);
});

test('JSON has the texts, and instructions are shown without a name', async (t) => {
  const { here } = await listedDefinitions(t, register);
  const { stdout } = await here('show', 'notes', '--kind', 'instructions', '--json');
  const shown = JSON.parse(stdout) as { versions: readonly { text: string }[] };
  assert.deepEqual(
    shown.versions.map(({ text }) => text),
    ['"Be careful."'],
  );
});

test('what was never seen is a negative finding', async (t) => {
  const { here, there } = await listedDefinitions(t, register);
  for (const { code, stdout } of [await here('show', 'notes', 'none'), await there(['show', 'notes', 'none'])])
    assert.deepEqual([code, stdout], [1, '']);
});
