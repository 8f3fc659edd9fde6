/** What the server behind a connection may ask of clients: `serverRequests` of gatebook.yaml. */
import type { AskKind } from '#mcp/server-asks.ts';

type May = 'allow' | 'deny';
export type ServerRequestPolicy = Readonly<Record<AskKind, May>>;

/** One word stands for every kind. */
export const serverRequestPolicy = (written: May | ServerRequestPolicy): ServerRequestPolicy =>
  typeof written === 'object' ? written : { sampling: written, elicitation: written, roots: written, other: written };

/** Where everything is allowed, as it is by default, nothing has to be looked at. */
export const deniesAny = ({ sampling, elicitation, roots, other }: ServerRequestPolicy): boolean =>
  sampling === 'deny' || elicitation === 'deny' || roots === 'deny' || other === 'deny';
