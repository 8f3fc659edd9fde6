/** A token for /mcp is no token for /api: the two must not share an audience, in whatever spelling of the file. */
import type { Complaint } from '#config/problem.ts';
import { rawEntries, rawMap, rawText, rawTexts } from '#config/raw.ts';
import type { RawMap } from '#config/raw.ts';

const texts = (value: unknown): readonly string[] => rawTexts(value).map(([, text]) => text);

export function checkApiAudiences(raw: RawMap): Complaint[] {
  const publicUrl = rawText(rawMap(raw['server'])['publicUrl']);
  const ofConnections = rawEntries(raw['connections']).flatMap(([name, connection]) => [
    ...texts(connection['audiences']),
    ...(publicUrl === undefined || !URL.canParse(publicUrl) ? [] : [`${new URL(publicUrl).origin}/mcp/${name}`]),
  ]);
  const issuers = rawEntries(raw['issuers']);
  const ofIssuers = issuers.flatMap(([, issuer]) => texts(issuer['audiences']));
  const ofMcp = new Set<string>([...ofConnections, ...ofIssuers]);
  return issuers.flatMap(([name, issuer]) => {
    const audience = rawText(issuer['apiAudience']);
    if (audience === undefined || !ofMcp.has(audience)) return [];
    return [
      {
        path: ['issuers', name, 'apiAudience'],
        message: 'is also an audience of /mcp: every token for a connection would be one for the API',
        fix: 'give the API an audience of its own',
      },
    ];
  });
}
