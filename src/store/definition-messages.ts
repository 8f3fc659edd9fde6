/** What is said between the gateway's thread and the one that writes definitions. */
import type { AcceptedBy, Definition } from '#definitions/definition.ts';
import type { Acceptance, Sighting } from '#definitions/definition-store.ts';
import type { DefinitionsDbOptions } from '#store/definitions-db.ts';
import type { FromWriter, ToWriter } from '#store/writer-thread.ts';

export type DefinitionWriterSettings = Pick<DefinitionsDbOptions, 'path' | 'limits'>;

export type DefinitionWrite =
  | { readonly sighting: Sighting }
  | { readonly acceptances: readonly Acceptance[]; readonly by: AcceptedBy };

/** On stable storage. */
export type DefinitionsWritten = { readonly changed: readonly Definition[] };

export type ToDefinitions = ToWriter<DefinitionWrite>;
export type FromDefinitions = FromWriter<DefinitionsWritten>;
