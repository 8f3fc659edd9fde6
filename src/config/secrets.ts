/**
 * Secrets of gatebook.yaml come in by reference only: `env:NAME` or `file:PATH`. This file resolves them once, at load,
 * and wraps them so that no log line, record or error can print one by accident (promise P5).
 */
import { inspect } from 'node:util';
import { resolve } from 'node:path';
import { LIMITS } from '#limits.ts';
import { err, ok } from '#result.ts';
import type { Result } from '#result.ts';

const HIDDEN = '[secret]';

/** A secret value. Printing it in any way gives `[secret]`; only `reveal()` gives the value. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

export type SecretReference =
  | { readonly from: 'env'; readonly variable: string }
  | { readonly from: 'file'; readonly path: string };

/** Where references are looked up. `readFile` gives the file's text and throws as node:fs does. */
export type SecretSource = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
  /** Folder that relative `file:` paths count from: the configuration file's. */
  readonly folder: string;
};

export type SecretRefusal = { readonly message: string; readonly fix: string };

const BY_REFERENCE = 'write env:NAME or file:PATH here, and put the value into that variable or file';

export const looksLikeReference = (value: string): boolean => /^(env|file):/.test(value);

/** Never repeats `value` in its refusal: a value that is no reference may be the secret itself. */
export function parseReference(value: string, folder: string): Result<SecretReference, SecretRefusal> {
  if (value.startsWith('env:')) {
    const variable = value.slice(4);
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) return ok({ from: 'env', variable });
    return err({
      message: 'is not the name of an environment variable after "env:"',
      fix: 'use letters, digits and "_"',
    });
  }
  if (value.startsWith('file:')) {
    const path = value.slice(5);
    if (path !== '' && !path.includes('\0')) return ok({ from: 'file', path: resolve(folder, path) });
    return err({ message: 'names no file after "file:"', fix: 'write file:PATH' });
  }
  return err({ message: 'holds a secret in clear', fix: BY_REFERENCE });
}

/** A trailing line ending of the variable or file is not part of the secret. */
export function resolveSecret(value: string, source: SecretSource): Result<Secret, SecretRefusal> {
  const reference = parseReference(value, source.folder);
  if (!reference.ok) return reference;
  const found =
    reference.value.from === 'env' ? fromEnv(reference.value.variable, source) : fromFile(reference.value.path, source);
  if (!found.ok) return found;
  const secret = found.value.replace(/(\r?\n)+$/, '');
  if (secret === '') return err({ message: `resolves to an empty secret (${value})`, fix: 'put the secret there' });
  if (Buffer.byteLength(secret) > LIMITS.secretBytes) {
    return err({
      message: `is larger than ${LIMITS.secretBytes} bytes (${value})`,
      fix: 'check that this is the right file',
    });
  }
  return ok(new Secret(secret));
}

function fromEnv(variable: string, source: SecretSource): Result<string, SecretRefusal> {
  const value = source.env[variable];
  if (value !== undefined) return ok(value);
  return err({
    message: `environment variable ${variable} is not set`,
    fix: `set ${variable} where gatebook is started`,
  });
}

function fromFile(path: string, source: SecretSource): Result<string, SecretRefusal> {
  try {
    return ok(source.readFile(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return err({
      message: `file ${path} cannot be read (${code})`,
      fix: 'check the path and the permissions of the file',
    });
  }
}
