import { replaceTexts } from './flatted.mts';
import type { MixedWorkflows } from './mixedWorkflows.mts';
import type { RawExecution } from './store.mts';
import { storedItems } from './storedItems.mts';
import { randomNumbers } from '../support/randomNumbers.mts';

/** A clone begins so long after the one before it, on average: 10,000 are about five days. */
const STEP_MS = 43_000;

const TYPES = [
	'whatsapp.message.received',
	'whatsapp.message.received',
	'whatsapp.message.sent',
	'whatsapp.message.read',
	'whatsapp.session.connected',
	'kometia.order.created',
	'kometia.order.paid',
];

const WORDS = ['Hola', '¿Cuánto cuesta?', 'SEÑAL ÚNICA', 'Não chegou ainda', 'ok', 'x'.repeat(900)];

/** One run of Replay leaves its executions side by side. */
const REPLAYS_AT_ONCE = 10;

/** How often each kind of execution comes, in about a thousand. */
const SHARES: ReadonlyArray<readonly [kind: Kind, share: number]> = [
	['plain', 520],
	['failing', 90],
	['retriedInVain', 10],
	['retriedWithSuccess', 20],
	['waiting', 30],
	['crashed', 30],
	['cancelled', 20],
	['calling', 50],
	['yape', 80],
	['hook', 60],
	['clock', 30],
	['replay', 3],
	['manual', 20],
	['deleted', 4],
	['tooLarge', 2],
	['unreadable', 1],
	['hole', 3],
];

type Kind =
	| 'plain'
	| 'failing'
	| 'retriedInVain'
	| 'retriedWithSuccess'
	| 'waiting'
	| 'crashed'
	| 'cancelled'
	| 'calling'
	| 'yape'
	| 'hook'
	| 'clock'
	| 'replay'
	| 'manual'
	| 'deleted'
	| 'tooLarge'
	| 'unreadable'
	| 'hole';

/**
 * Makes many executions of a few real ones: with ids, times, events, senders and texts of their own.
 * The same for the same templates.
 *
 * @param templates all executions that n8n has made; they are put before the others in time
 * @param count executions in all; a few more where the last ones belong together
 */
export function multiply(
	templates: readonly RawExecution[],
	workflows: MixedWorkflows,
	count: number,
): RawExecution[] {
	const kinds = kindsOf(templates, workflows);
	const random = randomNumbers(20_260_711);
	const clones: RawExecution[] = [];
	const earlier = -STEP_MS * (count + 1_000);
	let id = Math.max(...templates.map((row) => row.id));
	let at = Math.max(...templates.map(({ startedAt }) => startedAt?.getTime() ?? 0));
	at += earlier;
	const next = (template: RawExecution | undefined, changes: Partial<RawExecution> = {}) => {
		if (template === undefined) throw new Error('n8n made no such execution');
		id += 1;
		at += Math.floor(random() * 2 * STEP_MS);
		const clone = { ...cloneOf(template, id, new Date(at), random), ...changes };
		clones.push(clone);
		return clone;
	};
	const olderTemplates = templates.map((row) => shifted(row, earlier));
	while (templates.length + clones.length < count) {
		const kind = pickKind(random());
		const some = kinds[kind] ?? kinds.plain ?? [];
		const template = some[Math.floor(random() * some.length)];
		if (kind === 'hole') id += 1;
		else if (kind === 'retriedInVain' || kind === 'retriedWithSuccess') {
			const index = clones.length;
			const original = next(template);
			const isHealed = kind === 'retriedWithSuccess';
			const retries = templates.filter(
				({ mode, status }) => mode === 'retry' && (status === 'success') === isHealed,
			);
			const retry = next(retries[0], { retryOf: String(original.id) });
			if (isHealed) clones[index] = { ...original, retrySuccessId: String(retry.id) };
		} else if (kind === 'calling') {
			next(template);
			next(templates.find(({ workflowId }) => workflowId === workflows.subId));
		} else if (kind === 'manual') next(template, { mode: 'manual' });
		else if (kind === 'deleted') next(template, { deletedAt: new Date() });
		else if (kind === 'tooLarge') next(template, { jsonSizeBytes: 200 * 1024 * 1024 });
		else if (kind === 'unreadable') next(template, { data: null, workflowData: null });
		else if (kind === 'replay') {
			for (let one = 0; one < REPLAYS_AT_ONCE; one += 1) next(template);
		} else next(template);
	}
	return [...olderTemplates, ...clones];
}

/** Executions that have not ended, made of those that a crash ended. */
export function unfinished(
	templates: readonly RawExecution[],
	{ slow }: MixedWorkflows,
	statuses: ReadonlyArray<'new' | 'running'>,
	firstId: number,
): RawExecution[] {
	const template = templates.find(
		({ workflowId, status }) => workflowId === slow.workflow.id && status === 'crashed',
	);
	if (template === undefined) throw new Error('n8n made no execution that crashed');
	const random = randomNumbers(7);
	return statuses.map((status, index) => ({
		...cloneOf(template, firstId + index, new Date(), random),
		status,
		stoppedAt: null,
		...(status === 'new' ? { startedAt: null } : {}),
	}));
}

function shifted(row: RawExecution, ms: number): RawExecution {
	const move = (time: Date | null) => (time === null ? null : new Date(time.getTime() + ms));
	return { ...row, startedAt: move(row.startedAt), stoppedAt: move(row.stoppedAt) };
}

function kindsOf(
	templates: readonly RawExecution[],
	workflows: MixedWorkflows,
): Partial<Record<Kind, RawExecution[]>> {
	const { plain, failing, waiting, calling, slow, yape, hook, clockId } = workflows;
	const of = (workflowId: string, status: string, mode = 'webhook') =>
		templates.filter(
			(row) => row.workflowId === workflowId && row.status === status && row.mode === mode,
		);
	const failed = of(failing.workflow.id, 'error');
	return {
		plain: of(plain.workflow.id, 'success'),
		failing: failed,
		retriedInVain: failed,
		retriedWithSuccess: failed,
		waiting: of(waiting.workflow.id, 'waiting'),
		crashed: of(slow.workflow.id, 'crashed'),
		cancelled: of(slow.workflow.id, 'canceled'),
		calling: of(calling.workflow.id, 'success'),
		yape: of(yape.workflow.id, 'success'),
		hook: of(hook.workflow.id, 'success'),
		clock: of(clockId, 'success', 'trigger'),
		replay: of(plain.workflow.id, 'success', 'integrated'),
	};
}

function pickKind(number: number): Kind {
	let left = number * SHARES.reduce((sum, [, share]) => sum + share, 0);
	for (const [kind, share] of SHARES) {
		left -= share;
		if (left < 0) return kind;
	}
	return 'plain';
}

function cloneOf(
	template: RawExecution,
	id: number,
	startedAt: Date,
	random: () => number,
): RawExecution {
	const durationMs = Math.floor(random() ** 4 * 90_000);
	const data = template.data === null ? null : otherEvent(template, id, startedAt, random);
	return {
		...template,
		id,
		startedAt,
		stoppedAt: template.stoppedAt === null ? null : new Date(startedAt.getTime() + durationMs),
		retryOf: null,
		retrySuccessId: null,
		data,
		jsonSizeBytes: data?.length ?? 0,
	};
}

/** The template's data with another event in it. */
function otherEvent(
	template: RawExecution,
	id: number,
	startedAt: Date,
	random: () => number,
): string {
	const [item = {}] = storedItems(template)?.items ?? [];
	const pick = (values: readonly string[]) => values[Math.floor(random() * values.length)] ?? '';
	const headers = item.headers as Record<string, string> | undefined;
	const oldId = typeof item.id === 'string' ? item.id : headers?.['x-request-id'];
	const newId = `E${id}-${Math.floor(random() * 1e9).toString(36)}`;
	const isMessage = String(item.type).startsWith('whatsapp.');
	const phone = 34_600_000_000 + Math.floor(random() * 200);
	const others = new Map([
		[String(item.source), `${String(item.source)}_${Math.floor(random() * 12)}`],
		[String(item.subject), `${phone}@s.whatsapp.net`],
		[String(item.time), new Date(startedAt.getTime() - Math.floor(random() * 9e5)).toISOString()],
		[`text of ${oldId}`, `${pick(WORDS)} ${newId}`],
		...(isMessage ? ([[String(item.type), pick(TYPES)]] as const) : []),
	]);
	return replaceTexts(template.data ?? '[]', (one) => {
		const other = others.get(one);
		if (other !== undefined) return other;
		return oldId === undefined ? one : one.replaceAll(oldId, newId);
	});
}
