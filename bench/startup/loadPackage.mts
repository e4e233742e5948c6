// A process of its own: loads an installed package as n8n does when it starts, receives three
// deliveries, and prints what that took. Run with --expose-gc.
import { createRequire } from 'node:module';
import { join, parse, resolve } from 'node:path';
import type { IDataObject, INodeType, IWebhookFunctions } from 'n8n-workflow';
import { receivedMessage, SECRET, sign } from '../../test/support/inboxHub.mts';

/** What loading a package took. */
export interface Loading {
	/** Milliseconds of processor time. */
	readonly cpuMs: number;
	readonly modules: number;
	/** Bytes after garbage collection, beyond those before. */
	readonly heap: number;
	readonly rss: number;
	/** Of processor time for the first deliveries to a trigger, each; none where n8n was not there. */
	readonly deliveriesMs: readonly number[];
}

/** n8n's for what it finds installed when it starts. */
interface Loader {
	readonly logger: { debug(text: string): void };
	loadAll(): Promise<void>;
	readonly known: { readonly credentials: Readonly<Record<string, unknown>> };
	getCredential(name: string): unknown;
	getNode(name: string): { type: INodeType };
}

const [runtimeFolder = '', packageFolder = '', inN8n] = process.argv.slice(2);
const require = createRequire(join(runtimeFolder, 'node_modules', 'n8n', 'package.json'));
/** All of one process share it, whoever required them. */
const { cache } = require;

process.stdout.write(JSON.stringify(inN8n === 'in-n8n' ? await loadInN8n() : await loadAlone()));

/** With n8n's loader, and with what n8n has loaded before it: its core and n8n-workflow. */
async function loadInN8n(): Promise<Loading> {
	const { LazyPackageDirectoryLoader } = require('n8n-core') as {
		LazyPackageDirectoryLoader: new (folder: string) => Loader;
	};
	require('n8n-workflow');
	// The loader's first words to the log load the logger.
	const loader = new LazyPackageDirectoryLoader(packageFolder);
	loader.logger.debug('');
	const loading = await measure(async () => {
		await loader.loadAll();
		for (const name of Object.keys(loader.known.credentials)) loader.getCredential(name);
	});
	const { type } = loader.getNode('baileysTrigger');
	const deliveriesMs: number[] = [];
	for (const id of ['1', '2', '3']) deliveriesMs.push(await deliver(type, id));
	return { ...loading, deliveriesMs };
}

/** In a process that has nothing of n8n: n8n-workflow counts where the package needs it. */
async function loadAlone(): Promise<Loading> {
	const { n8n } = require(join(packageFolder, 'package.json')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	const instances: object[] = [];
	const loading = await measure(() => {
		for (const file of [...n8n.nodes, ...n8n.credentials]) {
			const [className = ''] = parse(file).name.split('.');
			const exported = require(resolve(packageFolder, file)) as Record<string, new () => object>;
			const Type = exported[className];
			if (Type === undefined) throw new Error(`${file} exports no ${className}`);
			instances.push(new Type());
		}
	});
	return { ...loading, deliveriesMs: [] };
}

async function measure(load: () => void | Promise<void>): Promise<Omit<Loading, 'deliveriesMs'>> {
	const modulesBefore = Object.keys(cache).length;
	const memoryBefore = memory();
	const before = process.cpuUsage();
	await load();
	const { user, system } = process.cpuUsage(before);
	const memoryAfter = memory();
	return {
		cpuMs: (user + system) / 1000,
		modules: Object.keys(cache).length - modulesBefore,
		heap: memoryAfter.heapUsed - memoryBefore.heapUsed,
		rss: memoryAfter.rss - memoryBefore.rss,
	};
}

function memory(): NodeJS.MemoryUsage {
	if (globalThis.gc === undefined) throw new Error('Run this with --expose-gc');
	for (let times = 0; times < 4; times++) void globalThis.gc();
	return process.memoryUsage();
}

/** Gives a signed event of Inbox Hub to the trigger, as n8n would; milliseconds of CPU until it has accepted. */
async function deliver(type: INodeType, id: string): Promise<number> {
	const [credential] = type.description.credentials ?? [];
	if (type.webhook === undefined || credential === undefined) throw new Error('not a trigger');
	const rawBody = Buffer.from(JSON.stringify(receivedMessage({ whatsappMessageId: id })));
	const parameters: IDataObject = { gateway: 'inboxHub', events: ['*'], options: {} };
	const response = {
		statusCode: 200,
		setHeader: () => response,
		status: () => response,
		json: (answer: unknown) => {
			throw new Error(`The delivery was refused: ${JSON.stringify(answer)}`);
		},
		end: () => response,
	};
	const context = {
		getMode: () => 'webhook',
		getWorkflow: () => ({ id: 'workflow' }),
		getNode: () => ({
			...{ id: 'node', name: 'Baileys Trigger', parameters },
			credentials: { [credential.name]: { id: '1', name: 'Inbox Hub' } },
		}),
		getNodeParameter: (name: string, fallback: unknown) => parameters[name] ?? fallback,
		getCredentials: async () =>
			await Promise.resolve({ baseUrl: 'https://hub.example', webhookSecret: SECRET }),
		getRequestObject: () => ({
			...{ rawBody, query: {}, ip: '127.0.0.1' },
			headers: { 'content-type': 'application/json', 'x-webhook-signature': sign(rawBody) },
		}),
		getResponseObject: () => response,
		logger: { warn: (text: string) => process.stderr.write(`${text}\n`) },
	} as unknown as IWebhookFunctions;
	const before = process.cpuUsage();
	const { workflowData } = await type.webhook.call(context);
	const { user, system } = process.cpuUsage(before);
	if (workflowData === undefined) throw new Error('The delivery started nothing');
	return (user + system) / 1000;
}
