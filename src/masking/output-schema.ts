/**
 * Whether a value is one that a tool promised to give (MCP, Tools, "Output Schema"; JSON Schema 2020-12). A schema comes from
 * a server and is nobody's friend: bounded in size, its patterns run in linear time, nothing is ever fetched for it.
 */
import { RE2JS } from 're2js';
import { LIMITS } from '#limits.ts';
import { err, ok, type Result } from '#result.ts';

export type SchemaFault = {
  /** RFC 6901, from the value's root. */
  readonly pointer: string;
  /** The part of the schema that says so. */
  readonly schema: Readonly<Record<string, unknown>>;
};

export type SchemaCheck = {
  /** None: the value fits. */
  faults(value: unknown): readonly SchemaFault[];
};

/** JSON Schema Validation 2020-12 section 7.3: as strictly as clients check them, where a replaced value may break one. */
const FORMATS: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  time: /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/,
  'date-time':
    /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt ](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/,
  email: /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?$/,
  'idn-email': /^[^\s@]{1,64}@[^\s@]{1,255}$/,
  hostname: /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
  ipv4: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/,
  ipv6: /^[0-9A-Fa-f:.]{2,45}$/,
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*$/,
  'uri-reference': /^[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*$/,
  iri: /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]*$/,
  uuid: /^(?:urn:uuid:)?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$/,
  'json-pointer': /^(?:\/[^/]*)*$/,
};

/** A pattern as RE2 reads it; one that it cannot read makes the schema unusable. */
function linearPattern(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiled = RE2JS.compile(pattern);
  return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
}
linearPattern.code = 'linearPattern';

/** `schema`: JSON text. Errors say nothing of its content. */
export async function compileSchema(schema: string): Promise<Result<SchemaCheck, 'too_large' | 'unusable'>> {
  if (Buffer.byteLength(schema) > LIMITS.outputSchemaBytes) return err('too_large');
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    verbose: true,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
    formats: FORMATS,
    code: { regExp: linearPattern },
  });
  try {
    const validate = ajv.compile(JSON.parse(schema) as Record<string, unknown>);
    return ok({
      faults(value) {
        if (validate(value)) return [];
        return (validate.errors ?? []).map(({ instancePath, parentSchema }) => ({
          pointer: instancePath,
          schema: parentSchema ?? {},
        }));
      },
    });
  } catch {
    return err('unusable');
  }
}
