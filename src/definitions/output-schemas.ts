/**
 * The `outputSchema` of tools, ready to check answers with: from what the server said of the tool last, compiled when it is
 * first needed, the ones used last kept.
 */
import type { DefinitionStore } from '#definitions/definition-store.ts';
import type { KnownDefinitions } from '#definitions/known-definitions.ts';
import { compileSchema, type SchemaCheck } from '#masking/output-schema.ts';
import { member, parseJson } from '#mcp/json.ts';
import { LIMITS } from '#limits.ts';

/**
 * Why there is nothing to check with: `none`, the tool promised nothing; `unknown`, nobody has seen its definition, or it cannot be
 * read now; `unusable`, it is too long, refers elsewhere or needs what RE2 cannot do.
 */
export type NoSchema = 'none' | 'unknown' | 'unusable';

export type OutputSchemas = {
  checkOf(connection: string, tool: string): Promise<SchemaCheck | NoSchema>;
};

export function createOutputSchemas(store: DefinitionStore, known: KnownDefinitions): OutputSchemas {
  const compiled = new Map<string, Promise<SchemaCheck | NoSchema>>();

  const compile = async (connection: string, tool: string, hash: string): Promise<SchemaCheck | NoSchema> => {
    const texts = await store.texts(connection, { kind: 'tool', name: tool });
    const text = texts.find((one) => one.hash === hash)?.text;
    // one too long to be kept is known by its hash alone
    if (text === undefined) return 'unusable';
    const doc = parseJson(Buffer.from(text), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
    const schema = doc.ok ? member(doc.value.root, 'outputSchema') : undefined;
    if (!doc.ok || schema === undefined) return 'none';
    if (schema.kind !== 'object') return 'unusable';
    const check = await compileSchema(doc.value.text.slice(schema.start, schema.end));
    return check.ok ? check.value : 'unusable';
  };

  return {
    async checkOf(connection, tool) {
      const hash = known.get(connection, { kind: 'tool', name: tool })?.versions.at(-1)?.hash;
      if (hash === undefined) return 'unknown';
      const key = `${connection}\n${tool}\n${hash}`;
      const found = compiled.get(key) ?? compile(connection, tool, hash);
      compiled.delete(key);
      compiled.set(key, found);
      const [oldest] = compiled.keys();
      if (compiled.size > LIMITS.outputSchemas && oldest !== undefined) compiled.delete(oldest);
      try {
        return await found;
      } catch {
        // The store did not answer: asked again the next time.
        compiled.delete(key);
        return 'unknown';
      }
    },
  };
}
