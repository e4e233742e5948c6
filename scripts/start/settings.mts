import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { CHECKOUT } from '../support/paths.mts';
import {
	CREDENTIAL_TYPES,
	CREDENTIALS,
	EXAMPLES,
	PAGE_WORKFLOWS,
	SENDER_NAMES,
} from './examples.mts';

/**
 * Reads settings that an earlier version wrote: before there were several examples, there was one
 * workflow with one address; and the credentials had types without the package's prefix, which are
 * made anew.
 */
const upgraded = (value: unknown): unknown => {
	const { workflowId, webhookUrl: _, ...rest } = Object(value) as Record<string, unknown>;
	const known = Object.entries(Object(rest.credentialIds)).filter(([type]) => {
		return Object.hasOwn(CREDENTIALS, type);
	});
	const current = { ...rest, credentialIds: Object.fromEntries(known) };
	return workflowId === undefined
		? current
		: { ...current, workflowIds: { 'whatsapp-to-live-page': workflowId } };
};

const idsOf = <Name extends string>(names: readonly Name[]) =>
	z.record(z.enum(names as readonly [Name, ...Name[]]), z.string());

const settingsSchema = z.preprocess(
	upgraded,
	z.object({
		owner: z.object({ email: z.string(), password: z.string() }),
		/** n8n encrypts the credentials in its database with it. */
		encryptionKey: z.string().min(1),
		/** Signs what `npm run send` sends; the triggers verify with it. */
		webhookSecret: z.string().min(1),
		/** Encrypts the secrets of webhook subscribers in n8n's data table. */
		encryptionSecret: z
			.string()
			.min(1)
			.default(() => randomBytes(24).toString('hex')),
		/** The API key of the local Kometia store. */
		kometiaKey: z
			.string()
			.min(1)
			.default(() => `sk_local_${randomBytes(16).toString('hex')}`),
		/** What a publisher shows to the live hub. */
		hubToken: z.string().min(1),
		/** What the live page shows to the workflow that reads the history. */
		historyKey: z
			.string()
			.min(1)
			.default(() => randomBytes(24).toString('hex')),
		/** What a person types to replay from the live page. */
		replayPassword: z
			.string()
			.min(1)
			.default(() => randomBytes(9).toString('hex')),
		apiKey: z.string().default(''),
		/** Ids of what was created in n8n, so that a second run finds it under any name. */
		credentialIds: idsOf(CREDENTIAL_TYPES).default({}),
		workflowIds: idsOf(EXAMPLES).default({}),
		/** Addresses that were last written into the credentials. */
		n8nUrl: z.string().optional(),
		hubUrl: z.string().optional(),
		storeUrl: z.string().optional(),
		writtenApiKey: z.string().optional(),
		/** Where the triggers receive, by sender. */
		webhookUrls: idsOf(SENDER_NAMES).default({}),
		/** Where the live page asks n8n, by example. */
		pageUrls: idsOf(PAGE_WORKFLOWS).default({}),
	}),
);

/** What `npm start` generates once and keeps. */
export type Settings = z.infer<typeof settingsSchema>;

/** The folder of n8n's data, the settings and the logs: `DATA_DIR`, or `data/` in the checkout. */
export function dataFolder(): string {
	return resolve(CHECKOUT, process.env.DATA_DIR || 'data');
}

export function settingsFile(folder: string): string {
	return join(folder, 'settings.json');
}

/**
 * Reads the settings.
 *
 * @returns undefined where there are none yet
 * @throws when the file cannot be understood, naming it
 */
export function readSettings(folder: string): Settings | undefined {
	const file = settingsFile(folder);
	if (!existsSync(file)) return undefined;
	try {
		return settingsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
	} catch (error) {
		throw new Error(
			`${file} cannot be read: ${(error as Error).message}\n` +
				'Correct it, or delete the whole folder to start anew (its executions are lost).',
		);
	}
}

/** Writes the settings, readable by this user only, whole or not at all. */
export function writeSettings(folder: string, settings: Settings): void {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const file = settingsFile(folder);
	writeFileSync(`${file}.new`, `${JSON.stringify(settings, null, '\t')}\n`, { mode: 0o600 });
	chmodSync(`${file}.new`, 0o600);
	renameSync(`${file}.new`, file);
}

/** The settings of a folder, made where there are none. */
export function ensureSettings(folder: string): Settings {
	const settings = readSettings(folder) ?? newSettings(folder);
	writeSettings(folder, settings);
	return settings;
}

/** New settings with random secrets; an n8n that is already in the folder keeps its key. */
export function newSettings(folder: string): Settings {
	return settingsSchema.parse({
		// n8n asks for a letter in each case and a digit.
		owner: { email: 'owner@example.com', password: `n8N${randomBytes(9).toString('hex')}` },
		encryptionKey: existingEncryptionKey(folder) ?? randomBytes(24).toString('hex'),
		webhookSecret: randomBytes(32).toString('hex'),
		hubToken: randomBytes(24).toString('hex'),
	});
}

function existingEncryptionKey(folder: string): string | undefined {
	const config = join(folder, '.n8n', 'config');
	if (!existsSync(config)) return undefined;
	const parsed = z
		.object({ encryptionKey: z.string() })
		.safeParse(JSON.parse(readFileSync(config, 'utf8')));
	return parsed.success ? parsed.data.encryptionKey : undefined;
}
