/** A client of the official SDK v1 whose call is held, over whichever transport it is connected. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';
import {
  CallToolResultSchema,
  ElicitRequestSchema,
  UrlElicitationRequiredError,
} from '@modelcontextprotocol/sdk/types.js';
import type { Setup } from '../course.ts';
import { HELD_TOOL } from '../course.ts';
import type { HeldCaller, Screen } from '../frame.ts';
import { answerTo, wordsOf } from './user.ts';

const TASK_MS = 600_000;

const CAPABILITIES: Readonly<Record<Setup, ClientCapabilities>> = {
  plain: {},
  progress: {},
  patient: {},
  url: { elicitation: { url: {} } },
  form: { elicitation: { form: {} } },
  task: {},
};

/** Its user reads how the task stands, and in the end its result. */
async function callAsTask(
  client: Client,
  call: { readonly name: string; readonly arguments: object },
): Promise<string> {
  const told: string[] = [];
  const params = { ...call, arguments: { ...call.arguments } };
  const stream = client.experimental.tasks.callToolStream(params, CallToolResultSchema, { task: { ttl: TASK_MS } });
  for await (const message of stream) {
    if (message.type === 'result') return wordsOf(message.result);
    if (message.type === 'error') throw new Error([message.error.message, told.at(-1) ?? ''].join(': '));
    told.push(message.task.statusMessage ?? message.task.status);
  }
  return 'the task ended without a word';
}

export async function sdkV1Caller(transport: Transport, setup: Setup, screen: Screen): Promise<HeldCaller> {
  const capabilities = CAPABILITIES[setup];
  const client = new Client({ name: 'sdk-v1', version: '1.0.0' }, { capabilities });
  if (capabilities.elicitation !== undefined)
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => answerTo(params, screen));
  const options: RequestOptions =
    setup === 'progress' || setup === 'patient'
      ? { onprogress: () => screen.progress(), resetTimeoutOnProgress: setup === 'patient' }
      : {};
  await client.connect(transport);
  // As programs do: what is called was listed first.
  await client.listTools();
  return {
    async call(order) {
      const call = { name: HELD_TOOL, arguments: { order } };
      if (setup === 'task') return callAsTask(client, call);
      try {
        return wordsOf(await client.callTool(call, CallToolResultSchema, options));
      } catch (error) {
        // Whoever declares the URL mode has something to open a link with, and the SDK leaves that to it.
        if (error instanceof UrlElicitationRequiredError && setup === 'url') screen.link();
        throw error;
      }
    },
    close: () => client.close(),
  };
}
