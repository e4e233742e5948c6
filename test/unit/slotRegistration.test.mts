import { beforeEach, describe, expect, test } from 'vitest';
import {
	isRegistered,
	register as registerSlot,
	unregister,
	type Registration,
	type RegistrationRecord,
	type WebhookSlot,
	type WebhookSlotApi,
} from '../../lib/registration/slotRegistration.ts';

const OURS = {
	target: '93',
	url: 'https://n8n.example.com/webhook/abc',
	secret: 'our-secret',
	olderSecrets: [],
};
const THEIRS = { url: 'https://crm.example.com/hook', rest: 'their-secret' };

async function register(
	slot: WebhookSlotApi,
	wanted: Registration,
	record: RegistrationRecord | undefined,
): Promise<RegistrationRecord> {
	const done = await registerSlot(slot, wanted, record, { takeBack: true });
	if (done.state !== 'taken') throw new Error('the slot was not taken');
	return done.record;
}

class Slot implements WebhookSlotApi {
	tellsSecrets = true;

	constructor(public now: WebhookSlot) {}

	async read() {
		return this.tellsSecrets ? this.now : { url: this.now.url };
	}

	async take({ url, secret }: { url: string; secret: string }) {
		this.now = { url, rest: secret };
	}

	async giveBack(slot: WebhookSlot) {
		this.now = { ...this.now, ...slot };
	}
}

describe('slotRegistration', () => {
	let slot: Slot;

	beforeEach(() => {
		slot = new Slot(THEIRS);
	});

	test('takes the slot, knows it again, and gives it back as it was', async () => {
		expect(await isRegistered(slot, OURS, undefined)).toBe(false);
		const record = await register(slot, OURS, undefined);
		expect(slot.now).toEqual({ url: OURS.url, rest: OURS.secret });
		expect(await isRegistered(slot, OURS, record)).toBe(true);
		expect(JSON.stringify(record)).not.toContain('their-secret');
		expect(JSON.stringify(record)).not.toContain('our-secret');
		expect(await unregister(slot, OURS, record)).toEqual({
			state: 'restored',
			restUnknown: false,
		});
		expect(slot.now).toEqual(THEIRS);
	});

	test('registering again never takes our own webhook for somebody else’s', async () => {
		const record = await register(slot, OURS, undefined);
		const again = await register(slot, OURS, record);
		await unregister(slot, OURS, again);
		expect(slot.now).toEqual(THEIRS);
	});

	test('our webhook found without a record is not recorded as replaced', async () => {
		await register(slot, OURS, undefined);
		const record = await register(slot, OURS, undefined);
		expect(record.replaced).toBeNull();
	});

	test('a changed secret is registered anew, and two rotations later still restores', async () => {
		let record = await register(slot, OURS, undefined);
		let previous = OURS.secret;
		for (const secret of ['second-secret', 'third-secret', 'fourth-secret']) {
			const wanted = { ...OURS, secret, olderSecrets: [previous] };
			expect(await isRegistered(slot, wanted, record)).toBe(false);
			record = await register(slot, wanted, record);
			expect(slot.now.rest).toBe(secret);
			previous = secret;
		}
		await unregister(slot, { secret: 'fourth-secret', olderSecrets: [] }, record);
		expect(slot.now).toEqual(THEIRS);
	});

	test('a new address of our own (n8n has moved) keeps what was replaced', async () => {
		const record = await register(slot, OURS, undefined);
		const moved = { ...OURS, url: 'https://new.example.com/webhook/abc' };
		expect(await isRegistered(slot, moved, record)).toBe(false);
		await unregister(slot, moved, await register(slot, moved, record));
		expect(slot.now).toEqual(THEIRS);
	});

	test('a slot that somebody took meanwhile is left alone', async () => {
		const record = await register(slot, OURS, undefined);
		slot.now = { url: 'https://other.example.com', rest: 'x' };
		expect(await unregister(slot, OURS, record)).toEqual({ state: 'foreign' });
		expect(slot.now.url).toBe('https://other.example.com');
	});

	test('an unknown secret is not invented: the URL is restored, and it says so', async () => {
		slot.tellsSecrets = false;
		const record = await register(slot, OURS, undefined);
		expect(await unregister(slot, OURS, record)).toEqual({
			state: 'restored',
			restUnknown: true,
		});
		expect(slot.now.url).toBe(THEIRS.url);
	});

	test('a test in the editor gives the slot back to the published workflow, signed', async () => {
		slot.tellsSecrets = false;
		await register(slot, OURS, undefined);
		const test = { ...OURS, url: 'https://n8n.example.com/webhook-test/abc' };
		const record = await register(slot, test, undefined);
		slot.now = { ...slot.now, rest: 'changed for the test' };
		await unregister(slot, OURS, record);
		expect(slot.now).toEqual({ url: OURS.url, rest: OURS.secret });
	});

	test('somebody who took the slot meanwhile keeps it when n8n starts again', async () => {
		const record = await register(slot, OURS, undefined);
		slot.now = { url: 'https://other.example.com/x?token=1', rest: 'x' };
		expect(await registerSlot(slot, OURS, record, { takeBack: false })).toEqual({
			state: 'foreign',
			url: 'https://other.example.com/x?token=1',
		});
		expect(slot.now.rest).toBe('x');
		const published = await registerSlot(slot, OURS, record, { takeBack: true });
		expect(published).toMatchObject({
			state: 'taken',
			drift: 'it delivered to https://other.example.com/x',
		});
	});

	test('what drifted of our own webhook is not current, is set again, and is said', async () => {
		const record = await register(slot, OURS, undefined);
		slot.now = { ...slot.now, drift: 'it was disabled' };
		expect(await isRegistered(slot, OURS, record)).toBe(false);
		const again = await registerSlot(slot, OURS, record, { takeBack: false });
		expect(again).toMatchObject({ state: 'taken', drift: 'it was disabled' });
		expect(await isRegistered(slot, OURS, record)).toBe(true);
	});

	test('an empty slot is taken again even when n8n only starts again', async () => {
		const record = await register(slot, OURS, undefined);
		slot.now = { url: null };
		expect(await registerSlot(slot, OURS, record, { takeBack: false })).toMatchObject({
			state: 'taken',
		});
	});

	test('the former address is named, so that it can be taken away', async () => {
		const taken: unknown[] = [];
		const list: WebhookSlotApi = {
			read: async () => ({ url: null }),
			take: async (own) => void taken.push(own),
			giveBack: async () => undefined,
		};
		const record = await register(list, OURS, undefined);
		await register(list, { ...OURS, url: 'https://new.example.com/webhook/abc' }, record);
		expect(taken).toEqual([
			{ url: OURS.url, secret: OURS.secret },
			{ url: 'https://new.example.com/webhook/abc', secret: OURS.secret, formerUrl: OURS.url },
		]);
	});
});
