/**
 * Where the local book is, for commands that read it: by `--config` or `--data`. Of gatebook.yaml only `deployment`, `shard`,
 * `data` and `keys` are read, so that an auditor needs none of the gateway's secrets in the environment.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { readInputFile } from '#cli/input-file.ts';
import { type CliIo, userPath } from '#cli/io.ts';
import { rawMap } from '#config/raw.ts';
import { ConfigSchema } from '#config/schema.ts';
import { resolveSecret } from '#config/secrets.ts';
import { readYaml } from '#config/yaml-text.ts';
import type { BookPlace } from '#events/book.ts';
import { nodeDisk } from '#ledger/node-disk.ts';
import { firstShardOf, ledgerDirectory, shardsIn } from '#ledger/places.ts';
import { type Result, err, ok } from '#result.ts';

export type BookOptions = { readonly config?: string; readonly data?: string };

/** The options by which such a command is told. */
export const withBookOptions = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration that says where the book is (default: ./gatebook.yaml)')
    .option('--data <dir>', 'data directory, instead of a configuration');

/** The error is one or more sentences for the user. */
export async function findBook(io: CliIo, options: BookOptions): Promise<Result<BookPlace, string>> {
  if (options.data !== undefined) {
    return options.config === undefined ? bookIn(io, options.data) : err('give --config or --data, not both');
  }
  return bookOfConfig(io, options.config ?? 'gatebook.yaml');
}

const PlaceSchema = ConfigSchema.pick({ deployment: true, shard: true, data: true, keys: true });

async function bookOfConfig(io: CliIo, path: string): Promise<Result<BookPlace, string>> {
  const text = await readInputFile(io, path);
  if (!text.ok) return err(`${text.error}; name the configuration with --config, or the data directory with --data`);
  const yaml = readYaml(text.value);
  const { deployment, shard, data, keys } = rawMap(yaml.value);
  const parsed = PlaceSchema.safeParse({ deployment, shard, data, keys });
  if (yaml.problems.length > 0 || !parsed.success) return err(`${path} is not valid: see \`gatebook config check\``);
  const place = parsed.data;
  const folder = dirname(userPath(io, path));
  let masterKey: string | undefined;
  if (place.keys.master !== undefined) {
    const secret = resolveSecret(place.keys.master, {
      env: io.env,
      readFile: (file) => readFileSync(file, 'utf8'),
      folder,
    });
    if (!secret.ok) return err(`keys.master of ${path}: ${secret.error.message}`);
    masterKey = secret.value.reveal();
  }
  return ok({
    dataDirectory: resolve(folder, place.data),
    deployment: place.deployment,
    firstShard: place.shard,
    masterKey,
  });
}

/** A data directory says itself which shards it holds, and `log.vkey` names their origin. */
async function bookIn(io: CliIo, path: string): Promise<Result<BookPlace, string>> {
  const dataDirectory = userPath(io, path);
  const shards = await shardsIn(nodeDisk, dataDirectory);
  const firstShard = (await firstShardOf(nodeDisk, dataDirectory, shards)) ?? shards[0];
  if (firstShard === undefined) return err(`${path} holds no ledger`);
  const deployments = new Set<string>();
  for (const shard of shards) {
    const vkey = await readInputFile(io, join(ledgerDirectory(dataDirectory, shard), 'log.vkey'));
    if (!vkey.ok) return vkey;
    const origin = vkey.value.slice(0, vkey.value.indexOf('+'));
    if (!origin.endsWith(`/${shard}`)) return err(`log.vkey of ${path} is not the key of shard ${shard}`);
    deployments.add(origin.slice(0, -shard.length - 1));
  }
  const [deployment = '', ...others] = deployments;
  if (others.length > 0) return err(`${path} holds books of several deployments: ${[...deployments].join(', ')}`);
  return ok({ dataDirectory, deployment, firstShard, masterKey: undefined });
}
