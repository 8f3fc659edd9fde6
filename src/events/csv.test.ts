import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvHeader, csvRow } from '#events/csv.ts';
import { EVENT_COLUMNS, type Event } from '#events/event.ts';

const event: Event = {
  id: 'a:1',
  time: 't',
  kind: 'intent',
  caller: { issuer: 'i', subject: 's', kind: 'person', groups: ['g,1', 'g"2'] },
  name: 'two\nlines',
  durationMs: -1,
  verified: false,
};

test('a row has as many cells as the header, quoted where RFC 4180 asks for it', () => {
  assert.equal(csvHeader().trimEnd().split(',').length, EVENT_COLUMNS.length);
  assert.equal(
    csvRow(event),
    'a:1,t,intent,,,i,s,person,"[""g,1"",""g\\""2""]",,,,,,,"two\nlines",,,,,,,-1,,,,,false\r\n',
  );
});

test('a name that begins like a formula is made text', () => {
  for (const name of ['=1+1', '+1', '-1', '@x', '\tx'])
    assert.match(csvRow({ ...event, name }), new RegExp(`,'\\${name.charAt(0)}`));
});
