/** A definition as it is shown: the elements of the API's list, the lines of `definitions list --json`. */
import { hasChanged } from '#definitions/definition.ts';
import type {
  AcceptedBy,
  Definition,
  DefinitionKind,
  DefinitionText,
  DefinitionVersion,
} from '#definitions/definition.ts';
import type { HiddenText } from '#definitions/hidden-text.ts';
import { needsAdmin } from '#definitions/known-definitions.ts';

export type VersionView = {
  readonly hash: string;
  /** Null: nobody accepted it. */
  readonly accepted: AcceptedBy | null;
  /** RFC 3339. */
  readonly seenAt: string;
  readonly record: string;
  readonly hidden: readonly HiddenText[];
  readonly bytes: number;
  /** It waits for an admin: nobody accepted it, or it hides text and was only the first. */
  readonly waits: boolean;
  /** Masked, canonical; null when it was too long to be kept. Absent in lists. */
  readonly text?: string | null;
};

export type DefinitionView = {
  readonly connection: string;
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly changed: boolean;
  readonly hidden: boolean;
  readonly versions: readonly VersionView[];
};

export const waitsForAdmin = (version: DefinitionVersion): boolean =>
  version.accepted === undefined || needsAdmin(version);

const versionView = (version: DefinitionVersion): VersionView => ({
  hash: version.hash,
  accepted: version.accepted ?? null,
  seenAt: new Date(version.seenMs).toISOString(),
  record: version.record,
  hidden: version.hidden,
  bytes: version.bytes,
  waits: waitsForAdmin(version),
});

/** `texts`: with them, of whatever versions they are. */
export function definitionView(definition: Definition, texts?: readonly DefinitionText[]): DefinitionView {
  const { connection, kind, name, versions } = definition;
  return {
    connection,
    kind,
    name,
    changed: hasChanged(definition),
    hidden: versions.some(({ hidden }) => hidden.length > 0),
    versions: versions.map((version) =>
      texts === undefined
        ? versionView(version)
        : { ...versionView(version), text: texts.find(({ hash }) => hash === version.hash)?.text ?? null },
    ),
  };
}

/** By connection, kind and name, in the order of their code units. */
export function byPlace(a: Definition, b: Definition): number {
  for (const key of ['connection', 'kind', 'name'] as const) {
    if (a[key] !== b[key]) return a[key] < b[key] ? -1 : 1;
  }
  return 0;
}
