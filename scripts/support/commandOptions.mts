import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads what stands behind a command. `--help` shows its usage and ends it; what the command does not know
 * ends it too, with one line that says so, before anything is started.
 *
 * @param usage what the command does, and its options
 * @param options as `parseArgs` takes them
 */
export function commandOptions<const T extends Options>(
	usage: string,
	options: T,
	{ takesNames = false } = {},
) {
	const args = process.argv.slice(2);
	if (args.includes('--help') || args.includes('-h')) {
		console.log(usage);
		process.exit(0);
	}
	try {
		const read = parseArgs({ args, options, allowPositionals: true });
		const [name] = read.positionals;
		if (name !== undefined && !takesNames) throw new Error(`There is no argument '${name}'.`);
		return read;
	} catch (error) {
		console.error(`${(error as Error).message}\n\n${usage}`);
		process.exit(2);
	}
}
