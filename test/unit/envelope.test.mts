import type { IExecuteFunctions } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { readDeliverable } from '../../lib/deliver/deliverable.ts';
import { carriedEnvelope } from '../../lib/event/envelope.ts';
import { eventsOf } from '../../lib/history/executionEvents.ts';
import type { N8nApi } from '../../lib/history/store/n8nApi.ts';
import { isGap } from '../../lib/history/storedEvent.ts';
import { inputEvents } from '../../nodes/History/replay/inputEvents.ts';
import { startedWith } from '../support/n8nExecutions.mts';

const NOW = new Date('2026-11-07T12:00:00.000Z');
const TIME = '2026-11-07T09:30:00.123-05:00';

type Envelope = Readonly<Record<string, unknown>>;
type Door = (envelope: Envelope) => object | undefined | Promise<object | undefined>;

const carried: Door = (envelope) => carriedEnvelope(envelope, NOW);

const deliverable: Door = (envelope) => {
	try {
		return readDeliverable(envelope, { id: 'item-1', source: '/n8n/1', time: NOW });
	} catch {
		return undefined;
	}
};

const stored: Door = (envelope) => {
	const events = eventsOf({
		id: '7',
		workflowId: 'w1',
		mode: 'trigger',
		status: 'success',
		startedAt: NOW.toISOString(),
		workflowData: { id: 'w1', nodes: [{ name: 'Trigger', type: 'other.queueTrigger' }] },
		data: startedWith('Trigger', [envelope]),
	});
	return Array.isArray(events) ? events[0]?.event : undefined;
};

const toReplay: Door = async (envelope) => {
	const item = { event: envelope, executionId: '7', workflowId: 'w1', trigger: 'Trigger' };
	const context = { getInputData: () => [{ json: item }] } as unknown as IExecuteFunctions;
	// Only what is no event by itself is looked for in the history.
	const nowhere = { call: () => Promise.reject(new Error('asked')) } as unknown as N8nApi;
	const first = await inputEvents(context, nowhere, undefined)
		.next()
		.catch(() => undefined);
	const entry = first?.value?.entry;
	return entry === undefined || isGap(entry) ? undefined : entry.event;
};

/** The four ways by which an envelope that somebody else wrote comes into the package. */
const DOORS: ReadonlyArray<readonly [string, Door]> = [
	['a message', carried],
	['an item to deliver', deliverable],
	['an execution', stored],
	['an item to replay', toReplay],
];

const REQUIRED = { specversion: '1.0', id: 'e1', source: '/shop', type: 'order.paid' };

const EVENTS: ReadonlyArray<readonly [string, Envelope]> = [
	['what is required', REQUIRED],
	['all attributes', { ...REQUIRED, subject: 'o-1', time: TIME, data: { total: 5 } }],
	['extension attributes', { ...REQUIRED, traceparent: '00-1', partition: 7, isnew: true }],
	['binary data', { ...REQUIRED, data_base64: 'AAA=' }],
	['the patch of its version', { ...REQUIRED, specversion: '1.0.2' }],
	['a later patch', { ...REQUIRED, specversion: '1.0.10' }],
	['a time that is none', { ...REQUIRED, time: 'soon' }],
	['attributes without a value', { ...REQUIRED, subject: null, time: null }],
];

const NO_EVENTS: ReadonlyArray<readonly [string, Envelope]> = [
	['an older version', { ...REQUIRED, specversion: '0.3' }],
	['a version to come', { ...REQUIRED, specversion: '1.1' }],
	['half a patch', { ...REQUIRED, specversion: '1.0.' }],
	['a number as version', { ...REQUIRED, specversion: 1 }],
	['no value as version', { ...REQUIRED, specversion: null }],
	['an empty id', { ...REQUIRED, id: '' }],
	['a number as id', { ...REQUIRED, id: 17 }],
	['no source', { ...REQUIRED, source: undefined }],
	['a list as type', { ...REQUIRED, type: ['order.paid'] }],
];

describe.each(DOORS)('%s is an event', (_door, read) => {
	test.each(EVENTS)('with %s', async (_what, envelope) => {
		expect(await read(envelope)).toMatchObject({ id: 'e1', source: '/shop', type: 'order.paid' });
	});

	test.each(NO_EVENTS)('not with %s', async (_what, envelope) => {
		expect(await read(envelope)).toBeUndefined();
	});
});

describe.each(DOORS.slice(0, 2))('%s', (_door, read) => {
	test.each([
		[{ subject: 'o-1', time: TIME }, 'o-1', TIME],
		[{}, undefined, NOW],
		[{ subject: '', time: '' }, undefined, NOW],
		[{ subject: null, time: null }, undefined, NOW],
		[{ subject: 5, time: 1_700_000_000 }, undefined, NOW],
		[{ time: 'soon' }, undefined, NOW],
	])('takes no value for an attribute that it cannot have: %j', async (given, subject, time) => {
		const event = (await read({ ...REQUIRED, ...given })) as { subject?: unknown; time: string };
		expect(event.subject).toBe(subject);
		expect(new Date(event.time)).toEqual(new Date(time));
	});
});

test.each(DOORS.slice(2))('%s stays as it was received, to the letter', async (_door, read) => {
	const received = { ...REQUIRED, specversion: '1.0.2', subject: null, time: 'soon', partition: 7 };
	expect(await read(received)).toEqual(received);
});

test('what is delivered says 1.0, and keeps extension attributes and how its time is written', () => {
	const item = {
		...REQUIRED,
		specversion: '1.0.2',
		time: TIME,
		subject: null,
		traceparent: '00-1',
	};
	expect(JSON.parse(JSON.stringify(deliverable(item)))).toEqual({
		...REQUIRED,
		time: TIME,
		traceparent: '00-1',
	});
});

test('a message does not say itself how it was verified, or that it is a replay', () => {
	const claims = { verification: 'hmac-sha256', replayof: '3', dedupekey: 'other' };
	const event = carriedEnvelope({ ...REQUIRED, ...claims }, NOW);
	expect(Object.keys(event ?? {})).not.toContain('verification');
	expect(Object.keys(event ?? {})).not.toContain('replayof');
	expect(event?.dedupeKey).toBe('/shop|e1');
});
