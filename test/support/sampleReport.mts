import { gap } from '../../lib/history/gaps.ts';
import { ReportNumbers, type EventReport } from '../../lib/history/report/reportNumbers.ts';
import { reportPage } from '../../lib/history/report/reportPage.ts';
import type { StoredEnvelope, StoredEvent, StoredStatus } from '../../lib/history/storedEvent.ts';
import { randomNumbers } from './randomNumbers.mts';

const TYPES: ReadonlyArray<readonly [type: string, share: number, failures: number]> = [
	['whatsapp.message.received', 0.45, 0.01],
	['whatsapp.message.sent', 0.2, 0.004],
	['kometia.order.created', 0.13, 0.06],
	['kometia.order.paid', 0.12, 0.12],
	['yape.payment.received', 0.07, 0.02],
	['stripe.invoice.payment_failed', 0.03, 0.3],
];

const HOUR_MS = 3_600_000;

/** An event as the history gives it. */
export function storedEvent(
	changes: Partial<StoredEvent> = {},
	event: Record<string, unknown> = {},
): StoredEvent {
	const envelope = {
		specversion: '1.0',
		id: 'e1',
		source: '/shop',
		type: 'kometia.order.paid',
		time: '2026-11-07T12:00:00.000Z',
		data: {},
		...event,
	};
	return {
		event: envelope as unknown as StoredEnvelope,
		executionId: '1',
		workflowId: 'w1',
		workflowName: 'Orders',
		triggerName: 'Trigger',
		mode: 'webhook',
		status: 'success',
		startedAt: new Date('2026-11-07T12:00:00.000Z'),
		stoppedAt: new Date('2026-11-07T12:00:01.000Z'),
		...changes,
	};
}

/** A week of a shop, the same each time. */
export function sampleNumbers(): ReportNumbers {
	const numbers = new ReportNumbers('America/Lima');
	const random = randomNumbers(16);
	const start = Date.parse('2026-11-01T13:00:00.000Z');
	for (let n = 0; n < 2_400; n += 1) {
		const at = new Date(start + random() * 7 * 24 * HOUR_MS);
		const type = pickType(random());
		const isBad = random() < (at.getUTCDate() === 5 ? 3 : 1) * type[2];
		const status: StoredStatus = isBad ? 'error' : 'success';
		const tookMs = 40 + random() ** 8 * 240_000;
		const ends = { startedAt: at, stoppedAt: new Date(at.getTime() + tookMs), status };
		const executionId = String(n + 1);
		numbers.add(storedEvent({ ...ends, executionId }, { id: `evt_${n}`, type: type[0] }));
		if (n % 160 === 0) {
			numbers.add(storedEvent({ ...ends, mode: 'integrated' }, { replayof: executionId }));
		}
	}
	const reasons = [
		{
			reason: 'signature_mismatch',
			count: 131,
			whatToDo: "Compare the credential's secret with the sender's.",
		},
		{
			reason: 'timestamp_outside_tolerance',
			count: 24,
			whatToDo: "Check the clocks of the sender and of n8n's server.",
		},
		{
			reason: 'source_address_not_allowed',
			count: 6,
			whatToDo: "Add the sender's address to Allowed Source Addresses.",
		},
	];
	numbers.add(
		storedEvent({}, { type: 'webhook.refused', dedupekey: 'webhook.refused|1', data: { reasons } }),
	);
	numbers.addGap(gap('pruned', { until: new Date(start) }));
	numbers.addGap(gap('running', { count: 2, workflowId: 'w1', workflowName: 'Orders' }));
	return numbers;
}

/** The page of a report, in an n8n that nobody can reach. */
export async function pageOf(
	report: EventReport,
	title = 'Last week at the shop',
): Promise<string> {
	return await reportPage(report, {
		title,
		about: 'Types: *',
		madeAt: new Date('2026-11-09T13:00:00.000Z'),
		link: (workflowId, executionId) =>
			`https://n8n.example.com/workflow/${encodeURIComponent(workflowId)}/executions/${encodeURIComponent(executionId)}`,
	});
}

function pickType(number: number): (typeof TYPES)[number] {
	let left = number;
	for (const type of TYPES) {
		left -= type[1];
		if (left < 0) return type;
	}
	return ['whatsapp.message.received', 1, 0];
}
