import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { PROCESS } from './compare.ts';
import { startGatebook } from './gatebook.ts';

test('a caller uses one server program through clients of both eras, each in its own, in whatever order', async (t) => {
  const gatebook = await startGatebook(PROCESS);
  t.after(() => gatebook.close());
  const url = new URL(gatebook.url);
  const legacyFirst = new LegacyClient({ name: 'legacy', version: '1' });
  await legacyFirst.connect(new LegacyHttp(url));
  const modern = new ModernClient(
    { name: 'modern', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  await modern.connect(new ModernHttp(url));
  const auto = new ModernClient({ name: 'auto', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await auto.connect(new ModernHttp(url));
  const legacyLast = new LegacyClient({ name: 'legacy', version: '1' });
  await legacyLast.connect(new LegacyHttp(url));
  t.after(() => Promise.all([legacyFirst, modern, auto, legacyLast].map((client) => client.close())));
  for (const round of ['Ada', 'Grace']) {
    for (const client of [legacyFirst, modern, legacyLast, auto]) {
      const result = await client.callTool({ name: 'greet', arguments: { name: round } });
      assert.deepEqual(result.content, [{ type: 'text', text: `Hello, ${round}!` }]);
    }
  }
  assert.equal(modern.getNegotiatedProtocolVersion(), '2026-07-28');
  assert.equal(auto.getNegotiatedProtocolVersion(), '2026-07-28');
});
