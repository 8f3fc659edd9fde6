/** Where definitions are kept, shared by the processes of a data directory. Every method may reject. */
import type {
  AcceptedBy,
  Definition,
  DefinitionKey,
  DefinitionText,
  FoundDefinition,
} from '#definitions/definition.ts';

export type Sighting = {
  readonly connection: string;
  readonly found: readonly FoundDefinition[];
  readonly atMs: number;
};

export type Acceptance = DefinitionKey & {
  readonly connection: string;
  readonly hash: string;
  /** Every other version is forgotten: seen again, it is a change again. */
  readonly isOnly: boolean;
};

export type DefinitionStore = {
  /** Definitions changed after a revision, by whatever process, in the order of their revisions. */
  after(revision: number): Promise<readonly Definition[]>;
  /**
   * Keeps what is new in it, and gives each definition as it is then. The first version ever counts at once, any other
   * shows a change. Left out is a definition over `definitionsPerConnection`, and a further version of one that has
   * `definitionVersions` and shows a change already.
   */
  note(sighting: Sighting): Promise<readonly Definition[]>;
  /** Gives those changed. What names a version that is not there is passed over. */
  accept(acceptances: readonly Acceptance[], by: AcceptedBy): Promise<readonly Definition[]>;
  /** Texts of the versions of one definition, as far as they are kept. */
  texts(connection: string, key: DefinitionKey): Promise<readonly DefinitionText[]>;
  close(): Promise<void>;
};
