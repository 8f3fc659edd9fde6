/** The configuration in force, value by value, and where each comes from. Secrets show as their reference only. */
import type { LoadedConfig } from '#config/load.ts';
import { OPERATOR_LIMITS } from '#config/operator-limits.ts';
import { pathText } from '#config/problem.ts';
import type { ConfigPath } from '#config/problem.ts';
import { looksLikeReference } from '#config/secrets.ts';

export type ExplainedValue = {
  readonly path: string;
  /** As JSON would write it; secrets as `[secret]` with the reference they come from. */
  readonly value: string;
  readonly from: 'file' | 'default';
  /** Line of the file, counted from 1; undefined for a default. */
  readonly line: number | undefined;
};

export function explainConfig(loaded: LoadedConfig): readonly ExplainedValue[] {
  const limits = Object.fromEntries(
    Object.keys(OPERATOR_LIMITS).map((key) => [key, Reflect.get(loaded.limits, key) as unknown]),
  );
  const values: ExplainedValue[] = [];
  const explain = (path: ConfigPath, value: unknown): void => {
    if (value === undefined) return;
    const children = childrenOf(value);
    if (children !== undefined && children.length > 0) {
      for (const [step, child] of children) explain([...path, step], child);
      return;
    }
    const written = loaded.isWritten(path);
    values.push({
      path: pathText(path),
      value: isSecretPath(path) ? hidden(value) : JSON.stringify(value),
      from: written ? 'file' : 'default',
      line: written ? loaded.lineOf(path) : undefined,
    });
  };
  explain([], { ...loaded.config, limits });
  return values;
}

function childrenOf(value: unknown): readonly (readonly [string | number, unknown])[] | undefined {
  if (Array.isArray(value)) {
    // A list of plain values reads best on one line.
    return value.some((item) => typeof item === 'object')
      ? value.map((item: unknown, index) => [index, item] as const)
      : undefined;
  }
  return typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
}

/** Every variable of a stdio server counts as one: connection strings carry passwords too. */
function isSecretPath(path: ConfigPath): boolean {
  if (path[0] === 'keys' && path.length > 1) return true;
  if (path[0] !== 'connections') return false;
  return (
    (path[2] === 'credential' && path[3] === 'secret') ||
    (path[2] === 'upstream' && path[3] === 'env' && path.length > 4)
  );
}

const hidden = (value: unknown): string =>
  typeof value === 'string' && looksLikeReference(value)
    ? `[secret] from ${value}`
    : typeof value === 'string'
      ? '[secret]'
      : JSON.stringify(value);
