/** A client of the official SDK v2 whose call is held, in the era it is told to speak. */
import { Client, StreamableHTTPClientTransport, UrlElicitationRequiredError } from '@modelcontextprotocol/client';
import type { ClientCapabilities, RequestOptions, VersionNegotiationMode } from '@modelcontextprotocol/client';
import type { Setup } from '../course.ts';
import { HELD_TOOL } from '../course.ts';
import type { HeldCaller, Place, Screen } from '../frame.ts';
import { answerTo, wordsOf } from './user.ts';

const CAPABILITIES: Readonly<Record<Setup, ClientCapabilities>> = {
  plain: {},
  progress: {},
  patient: {},
  url: { elicitation: { url: {} } },
  form: { elicitation: { form: {} } },
  task: {},
};

export async function sdkV2Caller(
  mode: VersionNegotiationMode,
  { url, token, setup }: Place,
  screen: Screen,
): Promise<HeldCaller> {
  const capabilities = CAPABILITIES[setup];
  const client = new Client({ name: 'sdk-v2', version: '2.0.0' }, { versionNegotiation: { mode }, capabilities });
  if (capabilities.elicitation !== undefined)
    client.setRequestHandler('elicitation/create', ({ params }) => answerTo(params, screen));
  const options: RequestOptions =
    setup === 'progress' || setup === 'patient'
      ? { onprogress: () => screen.progress(), resetTimeoutOnProgress: setup === 'patient' }
      : {};
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  // As programs do: what is called was listed first.
  await client.listTools();
  return {
    async call(order) {
      try {
        return wordsOf(await client.callTool({ name: HELD_TOOL, arguments: { order } }, options));
      } catch (error) {
        // As in the SDK v1: opening the link is left to whoever declares that it can.
        if (error instanceof UrlElicitationRequiredError && setup === 'url') screen.link();
        throw error;
      }
    },
    close: () => client.close(),
  };
}
