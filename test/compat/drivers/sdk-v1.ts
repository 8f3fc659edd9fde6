import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { drive } from './drive.ts';
import { sdkV1Deeds } from './sdk-v1-deeds.ts';

await drive(({ url, token, target }) => {
  const settings = { requestInit: { headers: { authorization: `Bearer ${token}` } } };
  // A class of the SDK that declares `sessionId?: string` does not fit its own interface under exactOptionalPropertyTypes.
  const transport: object =
    target === 'old'
      ? new SSEClientTransport(new URL(url), settings)
      : new StreamableHTTPClientTransport(new URL(url), settings);
  return sdkV1Deeds(transport as Parameters<typeof sdkV1Deeds>[0], target, 'sdk-v1');
});
