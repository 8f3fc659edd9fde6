/** What a client of the official SDK v1 can be asked, over whichever transport it is connected. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Progress } from '@modelcontextprotocol/sdk/types.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolResultSchema,
  ElicitRequestSchema,
  ResourceListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { TargetName } from '../feature.ts';
import { TARGET_WORK, USER_ANSWER } from '../target-work.ts';
import type { Driven } from './drive.ts';
import { heardSome, soon, steadyReports, succeeded } from './proven.ts';

export async function sdkV1Deeds(transport: Transport, target: TargetName, name: string): Promise<Driven> {
  const work = TARGET_WORK[target];
  const client = new Client({ name, version: '1.0.0' }, { capabilities: { elicitation: {} } });
  const asked: unknown[] = [];
  client.setRequestHandler(ElicitRequestSchema, (request) => {
    asked.push(request.params);
    return { ...USER_ANSWER, content: { ...USER_ANSWER.content } };
  });
  const changed = new Promise<string>((resolve) => {
    client.setNotificationHandler(ResourceListChangedNotificationSchema, ({ method }) => resolve(method));
  });
  await client.connect(transport);
  return {
    deeds: {
      list: () => client.listTools(),
      call: async () => succeeded(await client.callTool(work.call)),
      prompts: async () => [await client.listPrompts(), await client.getPrompt(work.prompt)],
      resources: async () => [await client.listResources(), await client.readResource({ uri: work.resource })],
      progress: async () => {
        const reports: Progress[] = [];
        const result = await client.callTool(work.progress, CallToolResultSchema, {
          onprogress: (report) => reports.push(report),
        });
        return { reports: steadyReports(reports, target), result: succeeded(result) };
      },
      elicitation: async () => ({
        result: succeeded(await client.callTool(work.elicitation)),
        asked: heardSome(asked, 'elicitation'),
      }),
      changes: async () => ({ result: succeeded(await client.callTool(work.change)), heard: await soon(changed) }),
    },
    close: () => client.close(),
  };
}
