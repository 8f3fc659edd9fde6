import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createConnectionNames,
  createToolNames,
  errorLabel,
  methodLabel,
  OTHER,
  protocolLabel,
} from '#metrics/bounded-names.ts';

test('methods and revisions are those of MCP, whatever a client sends', () => {
  assert.equal(methodLabel('tools/call'), 'tools/call');
  assert.equal(methodLabel('notifications/initialized'), 'notifications/initialized');
  for (const invented of ['tools/calls', 'TOOLS/CALL', '__proto__', 'constructor', 'notifications/x'])
    assert.equal(methodLabel(invented), OTHER);
  assert.equal(protocolLabel('2025-06-18'), '2025-06-18');
  assert.equal(protocolLabel(undefined), '');
  assert.equal(protocolLabel('2099-01-01'), OTHER);
});

test('an error of a server is a known code or other; the gateway’s own are kept', () => {
  assert.equal(errorLabel('-32602'), '-32602');
  assert.equal(errorLabel('upstream_timeout'), 'upstream_timeout');
  assert.equal(errorLabel(undefined), '');
  for (const invented of ['-31999', '4711', '1e3', '-32602.5']) assert.equal(errorLabel(invented), OTHER);
});

test('a tool is shown once it was answered well, and from then on', () => {
  const names = createToolNames({ metricsToolNames: 10 });
  assert.equal(names.label('notes', 'get_note', false), OTHER);
  assert.equal(names.label('notes', 'get_note', true), 'get_note');
  assert.equal(names.label('notes', 'get_note', false), 'get_note');
  assert.equal(names.label('other', 'get_note', false), OTHER);
  assert.equal(names.label('notes', '', true), '');
});

test('a name that is none of a tool is never shown, however well it was answered', () => {
  const names = createToolNames({ metricsToolNames: 10 });
  for (const odd of ['a b', 'ada@example.com', '[SECRET:1]', 'x'.repeat(129), 'a\nb', 'é'])
    assert.equal(names.label('notes', odd, true), OTHER);
});

test('the tools of a connection that are told apart are bounded, each connection by itself', () => {
  const names = createToolNames({ metricsToolNames: 3 });
  const shown = Array.from({ length: 10 }, (_, at) => names.label('notes', `tool_${at}`, true));
  assert.deepEqual(shown, ['tool_0', 'tool_1', 'tool_2', ...Array.from({ length: 7 }, () => OTHER)]);
  assert.equal(names.label('other', 'tool_9', true), 'tool_9');
});

test('a connection that is not configured is other', () => {
  const label = createConnectionNames((name) => name === 'notes');
  assert.equal(label('notes'), 'notes');
  assert.equal(label('aaaa'), OTHER);
});
