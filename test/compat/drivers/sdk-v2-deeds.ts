/** What a client of the official SDK v2 can be asked, whichever way it settles on a revision. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Progress, VersionNegotiationMode } from '@modelcontextprotocol/client';
import type { Errand } from '../feature.ts';
import { TARGET_WORK, USER_ANSWER } from '../target-work.ts';
import type { Driven } from './drive.ts';
import { heardSome, soon, steadyReports, succeeded } from './proven.ts';

export async function sdkV2Deeds(errand: Errand, mode: VersionNegotiationMode): Promise<Driven> {
  const work = TARGET_WORK[errand.target];
  const client = new Client(
    { name: 'sdk-v2', version: '2.0.0' },
    { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
  );
  const asked: unknown[] = [];
  client.setRequestHandler('elicitation/create', (request) => {
    asked.push(request.params);
    return { ...USER_ANSWER, content: { ...USER_ANSWER.content } };
  });
  const changed = new Promise<string>((resolve) => {
    client.setNotificationHandler('notifications/resources/list_changed', ({ method }) => resolve(method));
  });
  const headers = { authorization: `Bearer ${errand.token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(errand.url), { requestInit: { headers } }));
  return {
    deeds: {
      list: () => client.listTools(),
      call: async () => succeeded(await client.callTool(work.call)),
      prompts: async () => [await client.listPrompts(), await client.getPrompt(work.prompt)],
      resources: async () => [await client.listResources(), await client.readResource({ uri: work.resource })],
      progress: async () => {
        const reports: Progress[] = [];
        const result = await client.callTool(work.progress, { onprogress: (report) => reports.push(report) });
        return { reports: steadyReports(reports, errand.target), result: succeeded(result) };
      },
      elicitation: async () => ({
        result: succeeded(await client.callTool(work.elicitation)),
        asked: heardSome(asked, 'elicitation'),
      }),
      changes: async () => {
        const subscription =
          client.getProtocolEra() === 'modern' ? await client.listen({ resourcesListChanged: true }) : undefined;
        const result = succeeded(await client.callTool(work.change));
        const heard = await soon(changed);
        await subscription?.close();
        return { result, heard, honored: subscription?.honoredFilter };
      },
    },
    close: () => client.close(),
  };
}
