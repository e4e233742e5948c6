import { beforeEach, describe, expect, test } from 'vitest';
import {
	isRegistered,
	register,
	unregister,
	type WebhookSlot,
	type WebhookSlotApi,
} from '../../lib/registration/slotRegistration.ts';

const OURS = {
	target: '93',
	url: 'https://n8n.example.com/webhook/abc',
	secret: 'our-secret',
	olderSecrets: [],
};
const THEIRS = { url: 'https://crm.example.com/hook', secret: 'their-secret' };

class Slot implements WebhookSlotApi {
	tellsSecrets = true;

	constructor(public now: WebhookSlot) {}

	async read() {
		return this.tellsSecrets ? this.now : { url: this.now.url };
	}

	async write(slot: WebhookSlot) {
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
		expect(slot.now).toEqual({ url: OURS.url, secret: OURS.secret });
		expect(await isRegistered(slot, OURS, record)).toBe(true);
		expect(JSON.stringify(record)).not.toContain('their-secret');
		expect(JSON.stringify(record)).not.toContain('our-secret');
		expect(await unregister(slot, OURS, record)).toEqual({
			state: 'restored',
			secretUnknown: false,
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
			expect(slot.now.secret).toBe(secret);
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
		slot.now = { url: 'https://other.example.com', secret: 'x' };
		expect(await unregister(slot, OURS, record)).toEqual({ state: 'foreign' });
		expect(slot.now.url).toBe('https://other.example.com');
	});

	test('an unknown secret is not invented: the URL is restored, and it says so', async () => {
		slot.tellsSecrets = false;
		const record = await register(slot, OURS, undefined);
		expect(await unregister(slot, OURS, record)).toEqual({
			state: 'restored',
			secretUnknown: true,
		});
		expect(slot.now.url).toBe(THEIRS.url);
	});

	test('a test in the editor gives the slot back to the published workflow, signed', async () => {
		slot.tellsSecrets = false;
		await register(slot, OURS, undefined);
		const test = { ...OURS, url: 'https://n8n.example.com/webhook-test/abc' };
		const record = await register(slot, test, undefined);
		slot.now = { ...slot.now, secret: 'changed for the test' };
		await unregister(slot, OURS, record);
		expect(slot.now).toEqual({ url: OURS.url, secret: OURS.secret });
	});
});
