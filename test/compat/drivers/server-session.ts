/**
 * One session of the SDK v2 with one server, over whichever transport: lists, calls, and sends back what came over the
 * wire, before the client made anything of it.
 */
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Reach, ServerErrand, ServerSession } from '../server-session.ts';
import { faultText } from './drive.ts';

type WireMessage = Parameters<NonNullable<SSEClientTransport['onmessage']>>[0];
type AnyTransport = StdioClientTransport | SSEClientTransport | StreamableHTTPClientTransport;

function transportTo(reach: Reach): AnyTransport {
  if (reach.type === 'stdio') {
    const { command, args, env, cwd } = reach;
    return new StdioClientTransport({ command, args: [...args], env: { ...env }, cwd, stderr: 'ignore' });
  }
  const headers = reach.token === undefined ? {} : { authorization: `Bearer ${reach.token}` };
  const settings = { requestInit: { headers } };
  return reach.type === 'sse'
    ? new SSEClientTransport(new URL(reach.url), settings)
    : new StreamableHTTPClientTransport(new URL(reach.url), settings);
}

async function hold({ reach, era, calls, clientName }: ServerErrand): Promise<ServerSession> {
  const client = new Client({ name: clientName, version: '1.0.0' }, { versionNegotiation: { mode: era } });
  const transport = transportTo(reach);
  await client.connect(transport);
  const answers: unknown[] = [];
  const deliver = transport.onmessage?.bind(transport);
  transport.onmessage = (message: WireMessage) => {
    if ('result' in message) answers.push(message.result);
    if ('error' in message) answers.push({ error: message.error });
    deliver?.(message);
  };
  await client.listTools();
  const listed = answers.splice(0);
  for (const call of calls) await client.callTool({ name: call.name, arguments: call.arguments });
  const connected = {
    era: client.getProtocolEra(),
    server: client.getServerVersion(),
    capabilities: client.getServerCapabilities(),
    instructions: client.getInstructions(),
  };
  const session = { connected, listed, called: answers.splice(0) };
  await client.close();
  return session;
}

const errand = JSON.parse(process.argv[2] ?? '') as ServerErrand;
const held = await hold(errand).then(
  (session) => ({ session }),
  (error: unknown) => ({ fault: faultText(error) }),
);
process.send?.(held, () => process.exit(0));
