/**
 * What a server says of what it offers, as it is kept: which versions of each definition were seen, which of them count.
 * Plain data. A definition is known by connection, kind and name, whoever asked for the list it came in.
 */
import type { HiddenText } from '#definitions/hidden-text.ts';

export const DEFINITION_KINDS = ['tool', 'prompt', 'resource_template', 'instructions'] as const;
export type DefinitionKind = (typeof DEFINITION_KINDS)[number];

/** `name`: of the tool or prompt, the template's text, '' for the instructions of the server itself. */
export type DefinitionKey = { readonly kind: DefinitionKind; readonly name: string };

/** One map for all kinds of a connection. */
export const keyText = ({ kind, name }: DefinitionKey): string => `${kind}\n${name}`;

/** Who said that a version counts: nobody but its being the first, or an admin. */
export type AcceptedBy = 'first_use' | { readonly issuer: string; readonly subject: string };

export type DefinitionVersion = {
  /** Hex SHA-256 of `definitionHash`. */
  readonly hash: string;
  /** Undefined: seen and not accepted. */
  readonly accepted: AcceptedBy | undefined;
  /** Unix milliseconds, of the first sight. */
  readonly seenMs: number;
  /** Id of the record that says so. */
  readonly record: string;
  readonly hidden: readonly HiddenText[];
  /** Of the canonical text, before masking. */
  readonly bytes: number;
  /** JSON of a tool's `annotations`, masked; '' when it has none, or more than may be kept. */
  readonly annotations: string;
};

export type Definition = DefinitionKey & {
  readonly connection: string;
  /** Grows with every change of any definition: who follows the store asks for those after the last one read. */
  readonly revision: number;
  /** In the order in which they were seen or, accepted, accepted. */
  readonly versions: readonly DefinitionVersion[];
};

/** One definition as it came in an answer. */
export type FoundDefinition = DefinitionKey & {
  readonly hash: string;
  readonly bytes: number;
  readonly hidden: readonly HiddenText[];
  readonly annotations: string;
  /** The masked text; undefined when it is too long to be kept. */
  readonly text: string | undefined;
  /** Id of the record that says it was seen. */
  readonly record: string;
};

export type DefinitionText = { readonly hash: string; readonly text: string | undefined };

/** A version that was seen shows the definition to have changed until an admin accepts it or takes it for nothing. */
export const hasChanged = ({ versions }: Pick<Definition, 'versions'>): boolean =>
  versions.some(({ accepted }) => accepted === undefined);
