import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { driveHeldCalls } from '../frame.ts';
import { sdkV1Caller } from './sdk-v1-caller.ts';

await driveHeldCalls(({ url, token, setup }, screen) => {
  const headers = { authorization: `Bearer ${token}` };
  // A class of the SDK that declares `sessionId?: string` does not fit its own interface under exactOptionalPropertyTypes.
  const transport: object = new SSEClientTransport(new URL(url), { requestInit: { headers } });
  return sdkV1Caller(transport as Parameters<typeof sdkV1Caller>[0], setup, screen);
});
