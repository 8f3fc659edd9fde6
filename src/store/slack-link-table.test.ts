import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { LIMITS } from '#limits.ts';
import type { Limits } from '#limits.ts';
import {
  addSlackLink,
  FIND_SLACK_LINK,
  removeSlackLink,
  SLACK_LINK_SCHEMA,
  SLACK_LINKS_OF,
  slackLinkOf,
} from '#store/slack-link-table.ts';

const bytes = (text: string): Buffer => Buffer.from(text.padEnd(32));
function open(limits: Partial<Limits> = {}) {
  const database = new DatabaseSync(':memory:');
  database.exec(SLACK_LINK_SCHEMA);
  return {
    add: (member: string, person: string, linkedAtMs = 1) =>
      addSlackLink(
        database,
        { digest: bytes(member), person: bytes(person), sealed: bytes(`${member} is ${person}`), linkedAtMs },
        { ...LIMITS, ...limits },
      ),
    remove: (member: string) => removeSlackLink(database, bytes(member)),
    whose: (member: string) => {
      const row = database.prepare(FIND_SLACK_LINK).get(bytes(member));
      return row === undefined ? undefined : Buffer.from(slackLinkOf(row).person).toString().trim();
    },
    of: (person: string) =>
      database
        .prepare(SLACK_LINKS_OF)
        .all(bytes(person))
        .map((row) => Buffer.from(slackLinkOf(row).digest).toString().trim()),
  };
}

test('a link is found by its account and listed for its person, newest first, until it is removed', () => {
  const { add, remove, whose, of } = open();
  assert.deepEqual([add('U1', 'ada', 1), add('U2', 'ada', 2), add('U3', 'eve', 3)], [true, true, true]);
  assert.deepEqual(of('ada'), ['U2', 'U1']);
  assert.equal(whose('U3'), 'eve');
  assert.deepEqual([remove('U1'), remove('U1'), whose('U1')], [true, false, undefined]);
});

test('an account that is linked stays whose it is, whoever asks for it afterwards', () => {
  const { add, whose } = open();
  add('U1', 'ada');
  assert.equal(add('U1', 'eve'), false);
  assert.equal(whose('U1'), 'ada');
});

test('links are bounded, for one person and in all, and none makes room for another', () => {
  const { add, of } = open({ slackLinks: 3, slackLinksPerPerson: 2 });
  assert.deepEqual([add('U1', 'ada'), add('U2', 'ada'), add('U3', 'ada')], [true, true, false]);
  assert.deepEqual([add('U4', 'eve'), add('U5', 'eve')], [true, false]);
  assert.equal(of('ada').length, 2);
});

test('a row that is not whole is no link', () => {
  const digest = new Uint8Array(32);
  assert.throws(() => slackLinkOf({ digest, person: null, sealed: digest, linked_ms: 1 }), /damaged/);
});
