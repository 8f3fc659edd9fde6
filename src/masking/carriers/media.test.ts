import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOfType, mediaByForm, mediaIn, mediaPolicy } from '#masking/carriers/media.ts';
import { parseJson, type JsonObject } from '#mcp/json.ts';

const PNG = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10, ...Array.from({ length: 60 }, (_, at) => at)]).toString(
  'base64',
);

function objectOf(value: object): JsonObject {
  const doc = parseJson(Buffer.from(JSON.stringify(value)), { depth: 9, nodes: 99 });
  assert.ok(doc.ok && doc.value.root.kind === 'object');
  return doc.value.root;
}

test('content and blobs that are binary are media, of the kind their label says', () => {
  assert.deepEqual(mediaIn(objectOf({ type: 'image', data: PNG, mimeType: 'image/png' }), 'data', PNG), {
    kind: 'image',
    bytes: 68,
    place: 'content',
  });
  assert.equal(mediaIn(objectOf({ type: 'audio', data: PNG }), 'data', PNG)?.kind, 'audio');
  const blob = mediaIn(objectOf({ uri: 'file:///a', blob: PNG, mimeType: 'application/pdf' }), 'blob', PNG);
  assert.deepEqual([blob?.kind, blob?.place], ['other', 'blob']);
});

test('text that says it is an image is no media', () => {
  for (const data of ['ada@example.com', Buffer.from('mail ada@example.com').toString('base64'), ''])
    assert.equal(mediaIn(objectOf({ type: 'image', data, mimeType: 'image/png' }), 'data', data), undefined, data);
});

test('long bytes that begin like a known format are media wherever they stand', () => {
  assert.equal(mediaByForm(PNG)?.kind, 'image');
  assert.equal(mediaByForm('iVBORw0KGgo'), undefined);
  assert.equal(mediaByForm('JVBERi0 is how it begins, and this is a sentence that goes on for long enough'), undefined);
});

test('a type names its kind', () => {
  assert.deepEqual(['image/svg+xml', 'Audio/ogg', 'application/pdf', ''].map(kindOfType), [
    'image',
    'audio',
    'other',
    'other',
  ]);
});

test('what is stored is never looser than what is sent', () => {
  const { send, store } = mediaPolicy({ image: 'drop' }, { image: 'allow', audio: 'allow' });
  assert.deepEqual(
    [send.image, store.image, send.audio, store.audio, store.other],
    ['drop', 'drop', 'allow', 'allow', 'hash'],
  );
});
