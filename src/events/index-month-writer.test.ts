import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { answer, positionOf, toolCall } from '#test/fakes/event-records.ts';
import { dumpIndex } from '#test/fakes/index-dump.ts';
import { temporaryDirectory } from '#test/fakes/temporary-directory.ts';
import { MonthWriter } from '#events/index-month-writer.ts';
import { type Opened, project } from '#events/project.ts';

const opened = (): Opened => {
  const [event] = project([toolCall(0, 'find', { who: 'Ada' })], 100).opened;
  assert.ok(event !== undefined);
  return event;
};

const closing = (n: number) => {
  const [change] = project([answer(n, 0, 'Lovelace')], 100).later;
  assert.ok(change?.change === 'close');
  return change.closing;
};

function written(t: TestContext, steps: (writer: MonthWriter) => void): string {
  const directory = temporaryDirectory(t);
  const writer = new MonthWriter(directory, '2026-11');
  writer.begin();
  steps(writer);
  writer.commit(positionOf(2));
  writer.end();
  return JSON.stringify(dumpIndex(directory));
}

test('a closed call leaves no words waiting, and its text is that of a call written at once', (t) => {
  const apart = written(t, (writer) => {
    writer.insert(opened());
    writer.close(0, closing(1));
  });
  assert.match(apart, /"openText":\[\]/);
  assert.equal(
    apart,
    written(t, (writer) => writer.insert({ ...opened(), closing: closing(1) })),
  );
});

test('the first result stands, whatever is said later', (t) => {
  const once = written(t, (writer) => writer.insert({ ...opened(), closing: closing(1) }));
  const twice = written(t, (writer) => {
    writer.insert({ ...opened(), closing: closing(1) });
    writer.close(0, closing(5));
    writer.insert({ ...opened(), closing: closing(6) });
  });
  assert.equal(twice, once);
});

test('what was not committed is not there, and progress is that of the last commit', (t) => {
  const directory = temporaryDirectory(t);
  const first = new MonthWriter(directory, '2026-11');
  first.begin();
  first.commit(positionOf(9));
  first.begin();
  first.insert(opened());
  first.end();
  const second = new MonthWriter(directory, '2026-11');
  assert.equal(second.has(0), false);
  assert.deepEqual(second.progress(), positionOf(9));
  second.end();
});
