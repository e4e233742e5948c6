// Runs one of this project's commands. Needs nothing but Node >= 20.18.1 and npm: what is missing is
// installed first, Node 24 (which n8n needs) comes from npm as the devDependency `node`.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runStep, say } from './support/step.mjs';

const REQUIRED_NODE_MAJOR = 24;
/** npm and the terminal both pass on one Ctrl-C: what comes within this time is the same one. */
const SAME_SIGNAL_MS = 300;
const PARENT_CHECK_MS = 500;
/** Node warns of types that it strips, and of this package's modules being compiled to CommonJS for n8n. */
const QUIET = ['ExperimentalWarning', 'MODULE_TYPELESS_PACKAGE_JSON'].map(
	(warning) => `--disable-warning=${warning}`,
);

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(checkout, 'node_modules');
const stampFile = join(modules, '.installed-lock-sha256');
const bundledNode = join(
	modules,
	'node',
	'bin',
	process.platform === 'win32' ? 'node.exe' : 'node',
);

const [command, ...args] = process.argv.slice(2);
const script = join(checkout, 'scripts', `${command}.mts`);
if (!command || !/^[a-z-]+$/.test(command) || !existsSync(script)) {
	console.error(`There is no command "${command ?? ''}". See "scripts" in package.json.`);
	process.exit(2);
}

try {
	await installDependencies();
	runWithNode24();
} catch (error) {
	console.error(`\n${error instanceof Error ? error.message : String(error)}`);
	process.exitCode = 1;
}

/** Installs node_modules unless exactly this lock is installed; the stamp is written last. */
async function installDependencies() {
	const lock = readFileSync(join(checkout, 'package-lock.json'));
	const wanted = createHash('sha256').update(lock).digest('hex');
	const bundledNodeMissing = needsBundledNode() && !existsSync(bundledNode);
	const installed = existsSync(stampFile) ? readFileSync(stampFile, 'utf8').trim() : undefined;
	if (installed === wanted && !bundledNodeMissing) return;

	const logFile = join(checkout, 'node_modules.install.log');
	const env = { ...process.env, PATH: pathWithoutCheckout() };
	const cancel = new AbortController();
	const onSignal = () => cancel.abort(new Error('Stopped while installing. Run it again.'));
	process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
	const step = { cwd: checkout, env, logFile, signal: cancel.signal };
	const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

	if (installed !== wanted) {
		if (existsSync(modules)) say(`node_modules is not what package-lock.json asks for.`);
		const title = "Installing this project's packages (1 GB)";
		await runStep({ ...step, title, elsewhere: '1 to 2 minutes', command: npm, args: ['ci'] });
	}
	if (needsBundledNode()) {
		// .npmrc turns install scripts off; this one package gets its binary by its script.
		const rebuild = ['rebuild', 'node', '--ignore-scripts=false'];
		const title = `Installing Node ${REQUIRED_NODE_MAJOR} for this project (this is ${process.version})`;
		await runStep({ ...step, title, command: npm, args: rebuild });
		if (!existsSync(bundledNode)) {
			throw new Error(`npm did not install ${bundledNode}. See ${logFile}`);
		}
	}
	writeFileSync(stampFile, `${wanted}\n`);
	process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
}

/** npm puts node_modules/.bin first in PATH, so the running Node may be the bundled one. */
function needsBundledNode() {
	const isBundled = process.execPath.startsWith(modules + sep);
	return isBundled || Number(process.versions.node.split('.')[0]) < REQUIRED_NODE_MAJOR;
}

/** While node_modules is replaced, nothing may be run from it. */
function pathWithoutCheckout() {
	const folders = (process.env.PATH ?? '').split(delimiter);
	return folders.filter((folder) => !folder.startsWith(modules)).join(delimiter);
}

/**
 * Hands over to the command. It stands in a process group of its own and hears of a Ctrl-C only
 * from here, once; over the open channel it learns when this process is gone, however it ended.
 */
function runWithNode24() {
	const node = needsBundledNode() ? bundledNode : process.execPath;
	const child = spawn(node, [...QUIET, script, ...args], {
		cwd: checkout,
		stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
		detached: true,
	});
	let lastSignalAt = 0;
	for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
		process.on(signal, () => {
			if (Date.now() - lastSignalAt < SAME_SIGNAL_MS) return;
			lastSignalAt = Date.now();
			child.kill(signal);
		});
	}
	if (process.env.npm_lifecycle_event) stopWithParent(() => child.kill('SIGTERM'));
	child.once('error', (error) => {
		console.error(`Cannot run ${node}: ${error.message}`);
		process.exit(1);
	});
	child.once('exit', (code, signal) => {
		// A command that does not listen for the signal leaves behind what it has started.
		endGroup(child.pid);
		process.exit(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1));
	});
}

/** @param {number | undefined} pid of the process that leads the group */
function endGroup(pid) {
	try {
		if (pid !== undefined) process.kill(-pid, 'SIGKILL');
	} catch {
		// Nothing of the group is left.
	}
}

/**
 * npm runs this in a shell, and both may be ended from outside without a word to us.
 *
 * @param {() => void} stop called once when the parent is gone
 */
function stopWithParent(stop) {
	const parent = process.ppid;
	const watch = setInterval(() => {
		if (process.ppid === parent) return;
		clearInterval(watch);
		stop();
	}, PARENT_CHECK_MS);
	watch.unref();
}
