/** The words that several parts of gatebook.yaml are made of. */
import { z } from 'zod';

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Key of an issuer, connection or level; safe in a URL path and in `namespace:group`. */
export const name = z
  .string()
  .regex(NAME, 'must be 1 to 63 of a-z, 0-9, "_" and "-", beginning with a letter or digit');
export const text = z.string().min(1).max(4_096);
export const url = z
  .string()
  .max(2_048)
  .refine((value) => URL.canParse(value), 'must be an absolute URL');
/** `env:NAME` or `file:PATH`; that it is one, and that it resolves, is checked by secrets.ts, which never prints it. */
export const secretReference = z.string().min(1).max(4_096).describe('env:NAME or file:PATH, never the secret itself');
export const namespaced = z
  .string()
  .max(1_024)
  .regex(/^[^:]+:.+$/s, 'must be <issuer>:<name>, with the key under `issuers`');
/** Relative paths count from the configuration's folder. */
export const files = z.union([text, z.array(text).min(1).max(16)], 'must be a path or a list of paths');
