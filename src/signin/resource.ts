/** What a token may be for (RFC 8707): the URL of one connection, or of the API. Refuses to know which connections there are. */
import { apiResourceUrl } from '#identity/resource-metadata.ts';

const CONNECTION = /^\/mcp\/([a-z0-9][a-z0-9_-]{0,62})$/;

/** Exactly as we spell it: what is accepted in two spellings is compared in one. */
export const isResource = (resource: string, publicUrl: string): boolean =>
  connectionOf(resource, publicUrl) !== undefined || resource === apiResourceUrl(publicUrl);

/** Whether there is one of this name is told only to callers who may know. */
export function connectionOf(resource: string | undefined, publicUrl: string): string | undefined {
  if (resource?.startsWith(publicUrl) !== true) return undefined;
  return CONNECTION.exec(resource.slice(publicUrl.length))?.[1];
}
