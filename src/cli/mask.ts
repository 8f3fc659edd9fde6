/**
 * `gatebook mask`: masks lines of JSON from standard input, to try out what masking finds. Needs no gateway; without
 * `--config` its tokens are made with a key that is thrown away.
 */
import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { findBook } from '#cli/book-place.ts';
import { loadConfigFile, reportRefusal } from '#cli/config-file.ts';
import { EXIT_CHECK_FAILED, EXIT_OK, EXIT_USAGE, type ExitCode } from '#cli/exit-codes.ts';
import { fileError, readInputFile } from '#cli/input-file.ts';
import type { CliIo } from '#cli/io.ts';
import { linesOf } from '#cli/lines.ts';
import { masterKeyDirectory } from '#ledger/places.ts';
import { deriveMasterKeys, KEY_BYTES } from '#ledger/wrap.ts';
import { LIMITS } from '#limits.ts';
import { DEFAULT_ENTITIES, ENTITIES, isEntity } from '#masking/engine/entities.ts';
import { createLineMask, type LineSettings, type MaskedLine } from '#masking/mask-line.ts';
import type { FoundSpan } from '#masking/span-notes.ts';
import { err, ok, type Result } from '#result.ts';

type Options = {
  readonly spans?: true;
  readonly explain?: true;
  readonly detectors?: string;
  readonly config?: string;
  readonly json?: true;
};

export function register(program: Command, io: CliIo): void {
  program
    .command('mask')
    .description(
      'Mask lines of JSON from standard input, {"text": …} or {"doc": …}; exit code 1 when a line could not be masked',
    )
    .option('--spans', 'also say where: JSON Pointer into doc, UTF-16 offsets in the text of the leaf')
    .option('--explain', 'the same, with the score of each finding and what spoke for it')
    .option('--detectors <list>', `comma-separated: ${ENTITIES.join(', ')}; "default" is what a gateway looks for`)
    .option('--config <file>', 'use the masking of this configuration, and the key of its deployment')
    .addOption(new Option('--json', 'the same: lines are JSON'))
    .action(async (options: Options) => io.exit(await mask(io, options)));
}

async function mask(io: CliIo, options: Options): Promise<ExitCode> {
  const settings = await settingsOf(io, options);
  if (!settings.ok) {
    if (settings.error !== '') io.stderr.write(`gatebook: ${settings.error}\n`);
    return EXIT_USAGE;
  }
  const maskLine = createLineMask(settings.value);
  let exit: ExitCode = EXIT_OK;
  let number = 0;
  for await (const line of linesOf(io.stdin ?? nothing(), LIMITS.maskLineBytes)) {
    number += 1;
    if (line?.length === 0) continue;
    const masked = line === undefined ? err(`longer than ${LIMITS.maskLineBytes} bytes`) : maskLine(line);
    if (!masked.ok) exit = EXIT_CHECK_FAILED;
    const text = masked.ok ? lineText(masked.value, options) : JSON.stringify({ error: masked.error, line: number });
    io.stdout.write(`${text}\n`);
    if (io.stdout.writableNeedDrain === true) await drained(io);
  }
  return exit;
}

async function* nothing(): AsyncGenerator<string> {}

const drained = async (io: CliIo): Promise<void> =>
  new Promise((resolve) => {
    io.stdout.once?.('drain', resolve);
    io.stdout.once?.('close', resolve);
  });

function lineText({ kind, json, spans }: MaskedLine, { spans: withSpans, explain }: Options): string {
  if (withSpans === undefined && explain === undefined) return `{"${kind}":${json}}`;
  const shown = spans.map(({ path, isKey, start, end, type, rule, score, reasons }: FoundSpan) => ({
    ...(kind === 'doc' ? { path } : {}),
    start,
    end,
    type,
    rule,
    ...(isKey ? { key: true } : {}),
    ...(explain === undefined ? {} : { score: Math.round(score * 100) / 100, reasons }),
  }));
  return `{"${kind}":${json},"spans":${JSON.stringify(shown)}}`;
}

/** The error is a sentence; '' when it is printed already. */
async function settingsOf(io: CliIo, options: Options): Promise<Result<LineSettings, string>> {
  const types = options.detectors === undefined ? undefined : typesOf(options.detectors);
  if (types?.ok === false) return types;
  if (options.config === undefined) {
    const all = types?.value ?? new Set<string>(ENTITIES);
    return ok({ key: randomBytes(KEY_BYTES), operator: 'token', types: all, fields: [] });
  }
  const loaded = await loadConfigFile(io, options.config, { withoutSecrets: true });
  if (!loaded.ok) {
    reportRefusal(io, loaded.error, false);
    return err('');
  }
  const { store } = loaded.value.config.masking;
  const key = await deploymentKey(io, options.config);
  if (!key.ok) return key;
  const stored: ReadonlySet<string> = new Set(store.detectors === 'default' ? DEFAULT_ENTITIES : store.detectors);
  return ok({ key: key.value, operator: store.operator, types: types?.value ?? stored, fields: store.fields });
}

function typesOf(list: string): Result<ReadonlySet<string>, string> {
  const names = list
    .split(',')
    .flatMap((name): readonly string[] => (name.trim() === 'default' ? DEFAULT_ENTITIES : [name.trim()]));
  const unknown = names.filter((name) => !isEntity(name));
  return unknown.length === 0 ? ok(new Set(names)) : err(`no detector is called ${unknown.join(', ')}: see --help`);
}

/** What the gateway makes its tokens with, so that a token can be compared with one in the book. */
async function deploymentKey(io: CliIo, config: string): Promise<Result<Uint8Array, string>> {
  const place = await findBook(io, { config });
  if (!place.ok) return place;
  const file = `${masterKeyDirectory(place.value.dataDirectory)}/master.key`;
  let text = place.value.masterKey;
  if (text === undefined) {
    const read = await readInputFile(io, file).catch((error: unknown) => err(fileError(error)));
    if (!read.ok) return err(`no key of the deployment yet: ${read.error}`);
    text = read.value;
  }
  const key = Buffer.from(text.trim(), 'base64');
  return key.length === KEY_BYTES ? ok(deriveMasterKeys(key).mask) : err('the master key is not 32 bytes in base64');
}
