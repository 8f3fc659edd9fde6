/**
 * Several worker processes serve one address, each with a book of its own. Most exchanges are anybody's; this says which
 * belong to one worker: those in a legacy session, which lives in the memory of the worker that began it, and those with a
 * server that is a process, which would otherwise run once per worker. Pure; how an exchange gets there is hop.ts.
 */
import { hash } from 'node:crypto';

export type Fleet = {
  /** Number of this worker, counted from 1. */
  readonly own: number;
  readonly count: number;
};

export const ALONE: Fleet = { own: 1, count: 1 };

/** Put before the ids of legacy sessions, which are opaque to clients (MCP 2025-11-25, Session Management). */
export const sessionPrefix = ({ own, count }: Fleet): string => (count === 1 ? '' : `w${own}-`);

const SESSION = /^w([1-9][0-9]{0,2})-/;

export type Belonging = {
  readonly connection: string;
  /** The connection's server is a process of the gateway's own. */
  readonly isProcess: boolean;
  /** Every `Mcp-Session-Id` of the request. */
  readonly sessionIds: readonly string[];
};

/**
 * The worker an exchange belongs to; the worker that asks where it is anybody's. A session id says so by itself: one that
 * was made up costs its sender a way through another worker, which does not know it either.
 */
export function ownerOf(fleet: Fleet, { connection, isProcess, sessionIds }: Belonging): number {
  if (fleet.count === 1) return fleet.own;
  if (isProcess) return 1 + (Number.parseInt(hash('sha256', connection, 'hex').slice(0, 8), 16) % fleet.count);
  const [sessionId, ...more] = sessionIds;
  const named = sessionId === undefined || more.length > 0 ? undefined : SESSION.exec(sessionId)?.[1];
  const owner = Number(named ?? fleet.own);
  return owner <= fleet.count ? owner : fleet.own;
}
